/*
 * charsets.c - see charsets.h.
 */
#include "bridges/rss/charsets.h"

#include <ctype.h>
#include <string.h>

enum { LABEL_MAX = 40 };

/* clang-format off */
static const struct charset charsets[] = {
	{ "utf8", "UTF-8", CHARSET_UTF8 },
	{ "unicode11utf8", "UTF-8", CHARSET_UTF8 },
	{ "usascii", "CP1252", CHARSET_SINGLE }, { "ascii", "CP1252", CHARSET_SINGLE },
	{ "iso88591", "CP1252", CHARSET_SINGLE }, { "latin1", "CP1252", CHARSET_SINGLE },
	{ "l1", "CP1252", CHARSET_SINGLE }, { "cp819", "CP1252", CHARSET_SINGLE },
	{ "ansi", "CP1252", CHARSET_SINGLE },
	{ "iso88592", "ISO-8859-2", CHARSET_SINGLE }, { "latin2", "ISO-8859-2", CHARSET_SINGLE },
	{ "iso88593", "ISO-8859-3", CHARSET_SINGLE }, { "latin3", "ISO-8859-3", CHARSET_SINGLE },
	{ "iso88594", "ISO-8859-4", CHARSET_SINGLE }, { "latin4", "ISO-8859-4", CHARSET_SINGLE },
	{ "iso88595", "ISO-8859-5", CHARSET_SINGLE }, { "cyrillic", "ISO-8859-5", CHARSET_SINGLE },
	{ "iso88596", "ISO-8859-6", CHARSET_SINGLE }, { "arabic", "ISO-8859-6", CHARSET_SINGLE },
	{ "iso88597", "ISO-8859-7", CHARSET_SINGLE }, { "greek", "ISO-8859-7", CHARSET_SINGLE },
	{ "iso88598", "ISO-8859-8", CHARSET_SINGLE }, { "iso88598i", "ISO-8859-8", CHARSET_SINGLE },
	{ "hebrew", "ISO-8859-8", CHARSET_SINGLE },
	{ "iso88599", "CP1254", CHARSET_SINGLE }, { "latin5", "CP1254", CHARSET_SINGLE },
	{ "iso885910", "ISO-8859-10", CHARSET_SINGLE }, { "latin6", "ISO-8859-10", CHARSET_SINGLE },
	{ "iso885911", "CP874", CHARSET_SINGLE }, { "tis620", "CP874", CHARSET_SINGLE },
	{ "iso885913", "ISO-8859-13", CHARSET_SINGLE },
	{ "iso885914", "ISO-8859-14", CHARSET_SINGLE },
	{ "iso885915", "ISO-8859-15", CHARSET_SINGLE }, { "latin9", "ISO-8859-15", CHARSET_SINGLE },
	{ "iso885916", "ISO-8859-16", CHARSET_SINGLE },
	{ "windows874", "CP874", CHARSET_SINGLE }, { "cp874", "CP874", CHARSET_SINGLE },
	{ "windows1250", "CP1250", CHARSET_SINGLE }, { "cp1250", "CP1250", CHARSET_SINGLE },
	{ "windows1251", "CP1251", CHARSET_SINGLE }, { "cp1251", "CP1251", CHARSET_SINGLE },
	{ "win1251", "CP1251", CHARSET_SINGLE },
	{ "windows1252", "CP1252", CHARSET_SINGLE }, { "cp1252", "CP1252", CHARSET_SINGLE },
	{ "windows1253", "CP1253", CHARSET_SINGLE }, { "cp1253", "CP1253", CHARSET_SINGLE },
	{ "windows1254", "CP1254", CHARSET_SINGLE }, { "cp1254", "CP1254", CHARSET_SINGLE },
	{ "windows1255", "CP1255", CHARSET_SINGLE }, { "cp1255", "CP1255", CHARSET_SINGLE },
	{ "windows1256", "CP1256", CHARSET_SINGLE }, { "cp1256", "CP1256", CHARSET_SINGLE },
	{ "windows1257", "CP1257", CHARSET_SINGLE }, { "cp1257", "CP1257", CHARSET_SINGLE },
	{ "windows1258", "CP1258", CHARSET_SINGLE }, { "cp1258", "CP1258", CHARSET_SINGLE },
	{ "koi8r", "KOI8-R", CHARSET_SINGLE }, { "koi8", "KOI8-R", CHARSET_SINGLE },
	{ "koi8u", "KOI8-U", CHARSET_SINGLE },
	{ "macintosh", "MACINTOSH", CHARSET_SINGLE }, { "macroman", "MACINTOSH", CHARSET_SINGLE },
	{ "xmacroman", "MACINTOSH", CHARSET_SINGLE },
	{ "ibm866", "CP866", CHARSET_SINGLE }, { "cp866", "CP866", CHARSET_SINGLE },
	{ "ibm437", "CP437", CHARSET_SINGLE }, { "cp437", "CP437", CHARSET_SINGLE },
	{ "ibm850", "CP850", CHARSET_SINGLE }, { "cp850", "CP850", CHARSET_SINGLE },
	{ "eucjp", "EUC-JP", CHARSET_MULTI }, { "xeucjp", "EUC-JP", CHARSET_MULTI },
	{ "ujis", "EUC-JP", CHARSET_MULTI },
	{ "shiftjis", "CP932", CHARSET_MULTI }, { "sjis", "CP932", CHARSET_MULTI },
	{ "xsjis", "CP932", CHARSET_MULTI }, { "windows31j", "CP932", CHARSET_MULTI },
	{ "cp932", "CP932", CHARSET_MULTI }, { "mskanji", "CP932", CHARSET_MULTI },
	{ "euckr", "UHC", CHARSET_MULTI }, { "ksc5601", "UHC", CHARSET_MULTI },
	{ "ksc56011987", "UHC", CHARSET_MULTI }, { "windows949", "UHC", CHARSET_MULTI },
	{ "cp949", "UHC", CHARSET_MULTI }, { "uhc", "UHC", CHARSET_MULTI },
	{ "gb2312", "GB18030", CHARSET_MULTI }, { "gb231280", "GB18030", CHARSET_MULTI },
	{ "euccn", "GB18030", CHARSET_MULTI }, { "gbk", "GB18030", CHARSET_MULTI },
	{ "xgbk", "GB18030", CHARSET_MULTI }, { "cp936", "GB18030", CHARSET_MULTI },
	{ "gb18030", "GB18030", CHARSET_MULTI },
	{ "big5", "BIG5-HKSCS", CHARSET_MULTI }, { "big5hkscs", "BIG5-HKSCS", CHARSET_MULTI },
	{ "xxbig5", "BIG5-HKSCS", CHARSET_MULTI }, { "cnbig5", "BIG5-HKSCS", CHARSET_MULTI },
	{ "cp950", "BIG5-HKSCS", CHARSET_MULTI },
	{ "euctw", "EUC-TW", CHARSET_MULTI },
	{ "iso2022jp", "ISO-2022-JP-2", CHARSET_STATEFUL },
	{ "iso2022kr", "ISO-2022-KR", CHARSET_STATEFUL },
	{ "utf16", "UTF-16BE", CHARSET_WIDE }, { "utf16be", "UTF-16BE", CHARSET_WIDE },
	{ "utf16le", "UTF-16LE", CHARSET_WIDE }, { "ucs2", "UTF-16BE", CHARSET_WIDE },
	{ "iso10646ucs2", "UTF-16BE", CHARSET_WIDE }, { "unicode", "UTF-16BE", CHARSET_WIDE },
	{ "utf32", "UTF-32BE", CHARSET_WIDE }, { "utf32be", "UTF-32BE", CHARSET_WIDE },
	{ "utf32le", "UTF-32LE", CHARSET_WIDE }, { "ucs4", "UTF-32BE", CHARSET_WIDE },
	{ "iso10646ucs4", "UTF-32BE", CHARSET_WIDE },
};
/* clang-format on */

const struct charset *charset_of(struct span label)
{
	char plain[LABEL_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i < label.n; i++) {
		if (!isalnum((unsigned char)label.p[i]))
			continue;
		if (n == LABEL_MAX)
			return NULL;
		plain[n++] = (char)tolower((unsigned char)label.p[i]);
	}
	plain[n] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(charsets); i++)
		if (strcmp(charsets[i].label, plain) == 0)
			return &charsets[i];
	return NULL;
}
