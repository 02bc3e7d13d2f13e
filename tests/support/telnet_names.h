/*
 * telnet_names.h - Telnet's commands and options by name, for recordings that people read.  No two have
 * the same name.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "rt/base.h"

struct telnet_name {
	const char *name;
	uint8_t byte;
};

static const struct telnet_name telnet_commands[] = {
	{ "IAC", 255 }, { "DONT", 254 }, { "DO", 253 },	 { "WONT", 252 }, { "WILL", 251 },
	{ "SB", 250 },	{ "GA", 249 },	 { "EL", 248 },	 { "EC", 247 },	  { "AYT", 246 },
	{ "AO", 245 },	{ "IP", 244 },	 { "BRK", 243 }, { "DM", 242 },	  { "NOP", 241 },
	{ "SE", 240 },	{ "EOR", 239 },
};

static const struct telnet_name telnet_options[] = {
	{ "BINARY", 0 },	 { "ECHO", 1 },	     { "SGA", 3 },
	{ "STATUS", 5 },	 { "TM", 6 },	     { "TTYPE", 24 },
	{ "END-OF-RECORD", 25 }, { "NAWS", 31 },     { "TSPEED", 32 },
	{ "LFLOW", 33 },	 { "LINEMODE", 34 }, { "XDISPLOC", 35 },
	{ "NEW-ENVIRON", 39 },	 { "CHARSET", 42 },  { "MSDP", 69 },
	{ "MSSP", 70 },		 { "MCCP1", 85 },    { "MCCP2", 86 },
	{ "MCCP3", 87 },	 { "MXP", 91 },	     { "GMCP", 201 },
};

/* NULL: it has none. */
static inline const char *telnet_name_of(const struct telnet_name *all, size_t n, uint8_t byte)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].byte == byte)
			return all[i].name;
	return NULL;
}

static inline const char *telnet_command_name(uint8_t byte)
{
	return telnet_name_of(telnet_commands, ARRAY_LEN(telnet_commands), byte);
}

static inline const char *telnet_option_name(uint8_t byte)
{
	return telnet_name_of(telnet_options, ARRAY_LEN(telnet_options), byte);
}

/* The byte of either kind of name; -1: neither. */
static inline int telnet_byte_of(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(telnet_commands); i++)
		if (strlen(telnet_commands[i].name) == n &&
		    !memcmp(telnet_commands[i].name, name, n))
			return telnet_commands[i].byte;
	for (size_t i = 0; i < ARRAY_LEN(telnet_options); i++)
		if (strlen(telnet_options[i].name) == n && !memcmp(telnet_options[i].name, name, n))
			return telnet_options[i].byte;
	return -1;
}
