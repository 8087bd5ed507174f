#!/usr/bin/env python3
"""newlib_edits.py FOLDER: what newlib's sources in FOLDER (newlib/libc) say otherwise for Mobius.

Each edit is a pattern that must be there as often as it says, and what takes its place.

Printing floating-point numbers takes no heap: the digits come from libc/float_digits.c, at most
kDigits of them, and zeros are printed where more are wanted. Widths, precisions and lengths beyond
INT_MAX are EOVERFLOW before anything of that conversion is printed. Reading them takes its memory
from libc/bigints.c, which has an answer where there is none left, and rounds a float once.
"""
import re
import sys
from pathlib import Path

DIGITS = "extern int __mobius_digits (long double, int, int, int, char *, int *, int *);\n"
CHECK = r"\1if (n > (INT_MAX - to_digit (ch)) / 10) goto overflow;" "\n"


def printf_edits(prefix, wide):
    """For vfprintf.c, and for its twin of wide characters."""
    call = "have = __mobius_digits (_fpvalue, prec, flags & ALT, ch, digits, &expt, &ndig);\n"
    if wide:
        call += "for (n = 0; n < have; n++) wdigits[n] = digits[n];\ncp = wdigits;\n"
    else:
        call += "cp = digits;\n"
    call += f"softsign = __builtin_signbit (_fpvalue) ? {prefix}'-' : 0;\n"
    buffers = "char digits[64];\nint have = 0;\n" + ("wchar_t wdigits[64];\n" if wide else "")
    kind = "wchar_t" if wide else "char"
    name = "wcvt" if wide else "cvt"
    return [
        (rf"static {kind} \*{name}\(.*?\);\n", DIGITS, 1),
        (rf"(?m)^\t{kind} ox\[2\];.*\n", r"\g<0>#ifdef FLOATING_POINT\n" + buffers + "#endif\n", 1),
        (r"(\t+)n = 10 \* n \+ to_digit \(ch\);\n", CHECK + r"\g<0>", 4),
        (r"\t\t\twidth = -width;\n", r"if (width == INT_MIN) goto overflow;\n\g<0>", 1),
        (rf"\t+if \(prec >= BUF\)\n.*?(?=\t+\}} else\n# endif /\* _WANT)", "", 1),
        (rf"\t+cp = {name} \(data.*?(?=\t+if \(ch == {prefix}'g')",
         "if (prec > INT_MAX - 6000) goto overflow;\n" + call, 1),
        (r"(?s)(\t\trealsz = dprec > size.*?)(?=\t\tif \(sign\)\n)",
         r"\1if (realsz > INT_MAX - 3) goto overflow;\n", 1),
        (r"\t\t/\* right-adjusting blank padding \*/\n",
         r"if ((width > realsz ? width : realsz) > INT_MAX - ret) goto overflow;\n\g<0>", 1),
        (r"PRINT \(cp, ndig\);", "PRINTANDPAD (cp, cp + have, ndig, zeroes);", 1),
        (r"convbuf \+ ndig", "convbuf + have", 5),
        (r"PRINT \(cp, ndig - 1\);", "PRINTANDPAD (cp, cp + have - 1, ndig - 1, zeroes);", 1),
        (r"(?m)^error:\n",
         "goto error;\noverflow:\ndata->_errno = EOVERFLOW;\nret = EOF;\n" + r"\g<0>", 1),
        (rf"(?m)^static {kind} \*\n{name}\(struct.*?^\}}\n", "", 1),
        (r"(?m)^#include <stdio.h>\n", r"\g<0>#include <errno.h>\n#include <limits.h>\n", 1),
    ]


def scanf_edits(call, character, float_call):
    """For vfscanf.c and vfwscanf.c. Where the memory ran out nothing has been read."""
    return [
        (rf"(\t +res = {call}) \(rptr, buf, NULL\);\n",
         r"\1 (rptr, buf, &number_end);" "\n"
         f"if (!(flags & (LONG | LONGDBL))) res = {float_call} (buf, &number_end);\n"
         "if (number_end == buf) goto input_failure;\n", 1),
        (r"_(str|wcs)told_r \(rptr, buf, NULL\)", r"\1told (buf, &number_end)", 1),
        (r"(#if )0//ndef _NO_LONGDBL.*\n", r"\1!defined _NO_LONGDBL" "\n", None),
        (r"\t +double res = 0;\n", rf"\g<0>{character} *number_end = buf;\n", 1),
    ]


EDITS = {
    "stdlib/ldtoa.c": [
        (r"(_ldtoa_r \(struct _reent \*ptr, long double d, int mode, int ndigits,"
         r"\s+int \*decpt, int \*sign, char \*\*rve)\)", r"\1, char *outstr)", 1),
        (r"_ldtoa_r \(struct _reent \*, long double, int, int, int \*, int \*,\s+char \*\*\);",
         "_ldtoa_r (struct _reent *, long double, int, int, int *, int *, char **, char *);", 1),
        (r"  char \*outstr;\n", "", 1),
        (r"  _REENT_CHECK_MP \(ptr\);\n.*?_REENT_MP_RESULT \(ptr\) = 0;\n    \}\n", "", 1),
        (r"(?s)/\* reentrancy addition to use mprec storage pool \*/\n/\* we want.*?eBalloc.*?;\n",
         "", 1),
        (r"  outstr = \(char \*\) _REENT_MP_RESULT \(ptr\);\n", "", 1),
    ],
    "stdio/vfprintf.c": printf_edits("", wide=False),
    "stdio/vfwprintf.c": printf_edits("L", wide=True),
    "stdlib/ecvtbuf.c": [
        (r"(?m)^#include .mprec.h.\n", r"\g<0>extern char *_ldtoa_r (struct _reent *, long double,"
         " int, int, int *, int *, char **, char *);\n", 1),
        (r"_dtoa_r( \((?:ptr|reent), invalue, [^;]*?&end)\);", r"_ldtoa_r\1, digits);", 5),
        (r"( +)char \*p(, \*start, \*end)?;\n", r"\g<0>\1char digits[64];\n", 5),
    ],
    "stdlib/mprec.h": [
        (r"#define eBalloc\(.*?\}\)\n", "#define eBalloc Balloc\n", 1),
    ],
    "stdlib/mprec.c": [
        (r"(?m)^Balloc \(struct _reent.*?^\}\n", "Balloc (struct _reent *, int);\n", 1),
        (r"(?m)^Bfree \(struct _reent.*?^\}\n", "Bfree (struct _reent *, _Bigint *);\n", 1),
    ],
    "stdlib/strtod.c": [
        (r"(?m)^_strtod_l (?=\(struct)", "__mobius_strtod ", 1),
        (r"(?m)^float\nstrtof_l \(.*?^\}\n", "", 1),
        (r"(?m)(^float\nstrtof \([^{]*\{\n).*?^\}\n",
         r"\1  return strtof_l (s00, se, __get_current_locale ());" "\n}\n", 1),
    ],
    "stdlib/strtodg.c": [
        (r"(?m)^_strtodg_l (?=\(struct)", "__mobius_strtodg ", 1),
        # "0x" without a digit is a 0 and an x.
        (r"irv = gethex\(", r"s1 = s;" "\n" r"\g<0>", 1),
        (r"(?<=if \(irv == STRTOG_NoNumber\) \{\n)\s+s = s00;\s+sign = 0;\n",
         "irv = STRTOG_Zero;\ns = s1 + 1;\n", 1),
    ],
    "stdlib/wcstod.c": [
        (r"(?m)^#include .mprec.h.\n",
         r"\g<0>extern float strtof_l (const char *, char **, locale_t);" "\n", 1),
        (r"(?m)^double\n_wcstod_l (\(struct.*?)\)\n\{",
         r"static double" "\n" r"number_of \1, int single)" "\n{", 1),
        (r"val = _strtod_l\(ptr, buf, &end, loc\);",
         "val = single ? strtof_l (buf, &end, loc) : _strtod_l(ptr, buf, &end, loc);", 1),
        (r"== NULL\)\n(?=\s+return \(0.0\))",
         "== NULL) {\nif (endptr) *endptr = (wchar_t *)nptr;\n", 1),
        (r"return \(0.0\);\n(?=\s+mbs = initial;\n\s+_wcsnrtombs_l\(ptr, buf)",
         r"return (0.0);" "\n}\n", 1),
        (r"(?m)^double\n_wcstod_r ", "double\n_wcstod_l (struct _reent *ptr, const wchar_t *nptr,"
         " wchar_t **endptr, locale_t loc)\n{\n  return number_of (ptr, nptr, endptr, loc, 0);\n}\n"
         r"\g<0>", 1),
        (r"double (retval|val) = _wcstod_l \(([^;]*)\);\n  if \(isnan",
         r"double \1 = number_of (\2, 1);" "\n  if (isnan", 3),
    ],
    "stdlib/wcstold.c": [
        (r"== NULL\)\n    return 0.0L;",
         "== NULL) {\nif (endptr) *endptr = (wchar_t *) nptr;\nreturn 0.0L;\n}", 1),
    ],
    "stdio/vfscanf.c": scanf_edits("_strtod_r", "char", "strtof"),
    "stdio/vfwscanf.c": scanf_edits("_wcstod_r", "wchar_t", "wcstof"),
}


def edited(path, text):
    for pattern, replacement, count in EDITS[path]:
        text, done = re.subn(pattern, replacement, text, flags=re.DOTALL if ".*?" in pattern else 0)
        if count is not None and done != count:
            raise SystemExit(f"newlib: {path} has {done} places like {pattern!r}, not {count}")
    return text


def main(folder):
    for name in EDITS:
        path = folder / name
        path.write_text(edited(name, path.read_text(encoding="latin-1")), encoding="latin-1")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
