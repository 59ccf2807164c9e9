#include "club/clock.h"

#define DAY_MS 86400000
#define LAST_MS 253402300799999 /* 9999-12-31T23:59:59.999Z */

/* Days since 1970-01-01 to a date, counted in years that begin in March, so that the leap day is a year's last. */
static void civil_date(int64_t days, int64_t *year, int64_t *month, int64_t *day) {
  days += 719468; /* from 0000-03-01 */
  int64_t era = days / 146097;
  int64_t day_of_era = days % 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted_month = (5 * day_of_year + 2) / 153;
  *day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  *month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  *year = year_of_era + era * 400 + (*month <= 2);
}

static char *write_digits(char *at, int64_t number, int digits, char end) {
  for (int i = digits - 1; i >= 0; i--) {
    at[i] = (char)('0' + number % 10);
    number /= 10;
  }
  at[digits] = end;
  return at + digits + 1;
}

void instant_write(char text[INSTANT_SIZE], int64_t wall_ms) {
  if (wall_ms < 0) wall_ms = 0;
  if (wall_ms > LAST_MS) wall_ms = LAST_MS;
  int64_t year, month, day, rest = wall_ms % DAY_MS;
  civil_date(wall_ms / DAY_MS, &year, &month, &day);
  text = write_digits(text, year, 4, '-');
  text = write_digits(text, month, 2, '-');
  text = write_digits(text, day, 2, 'T');
  text = write_digits(text, rest / 3600000, 2, ':');
  text = write_digits(text, rest / 60000 % 60, 2, ':');
  text = write_digits(text, rest / 1000 % 60, 2, '.');
  text = write_digits(text, rest % 1000, 3, 'Z');
  *text = '\0';
}
