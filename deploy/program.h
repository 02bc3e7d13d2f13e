/* program.h - becoming one of the other programs, which lie beside this one. */
#pragma once

/* args without the program's name, NULL-terminated. Returns an exit status only when that fails. */
int program_become(const char *name, const char *const *args);
