/*
 * Calls that this project does not make, turned into compile errors. Included
 * into every source by the build (-include), after the headers that declare
 * them.
 */
#ifndef ANOMALY_BASE_BANNED_H
#define ANOMALY_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(call) sorry_##call##_is_banned

/* No bound on what they write: use text.h or snprintf. */
#undef strcpy
#define strcpy(to, from) BANNED(strcpy)
#undef strcat
#define strcat(to, from) BANNED(strcat)
#undef strncpy
#define strncpy(to, from, n) BANNED(strncpy)
#undef strncat
#define strncat(to, from, n) BANNED(strncat)
#undef sprintf
#define sprintf(...) BANNED(sprintf)
#undef vsprintf
#define vsprintf(to, format, list) BANNED(vsprintf)

/* No way to see an error: use strtod, strtoull and look at the end pointer. */
#undef atoi
#define atoi(text) BANNED(atoi)
#undef atol
#define atol(text) BANNED(atol)
#undef atof
#define atof(text) BANNED(atof)

/* Hidden static storage, shared by all threads: use the _r forms. */
#undef strtok
#define strtok(text, delimiters) BANNED(strtok)
#undef gmtime
#define gmtime(t) BANNED(gmtime)
#undef localtime
#define localtime(t) BANNED(localtime)
#undef ctime
#define ctime(t) BANNED(ctime)
#undef asctime
#define asctime(t) BANNED(asctime)
#undef rand
#define rand() BANNED(rand)

/* They would end the daemon that we live in. */
#undef abort
#define abort() BANNED(abort)
#undef exit
#define exit(status) BANNED(exit)

#endif
