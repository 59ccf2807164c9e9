#include "club/clock.h"

#include <string.h>

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

/* ---- reading ---- */

/* Takes so many digits. */
static bool read_digits(struct slice *text, size_t digits, int64_t least, int64_t most, int64_t *number) {
  *number = 0;
  if (text->size < digits) return false;
  for (size_t i = 0; i < digits; i++) {
    if (text->data[i] < '0' || text->data[i] > '9') return false;
    *number = *number * 10 + (text->data[i] - '0');
  }
  *text = (struct slice){text->data + digits, text->size - digits};
  return *number >= least && *number <= most;
}

static bool read_char(struct slice *text, const char *of) {
  if (text->size == 0 || !text->data[0] || !strchr(of, text->data[0])) return false;
  *text = (struct slice){text->data + 1, text->size - 1};
  return true;
}

/* The inverse of civil_date(). */
static int64_t civil_days(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = year / 400, year_of_era = year % 400;
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static bool read_date(struct slice *text, int64_t *ms) {
  int64_t year, month, day, again_year, again_month, again_day;
  if (!read_digits(text, 4, 1970, 9999, &year) || !read_char(text, "-") || !read_digits(text, 2, 1, 12, &month) ||
      !read_char(text, "-") || !read_digits(text, 2, 1, 31, &day))
    return false;
  *ms = civil_days(year, month, day) * DAY_MS;
  civil_date(*ms / DAY_MS, &again_year, &again_month, &again_day);
  return again_month == month && again_day == day; /* 30 February is no day */
}

static bool read_seconds(struct slice *text, int64_t *ms) {
  int64_t seconds, digit, unit = 100;
  if (!read_char(text, ":")) return true;
  if (!read_digits(text, 2, 0, 59, &seconds)) return false;
  *ms += seconds * 1000;
  if (!read_char(text, ".")) return true;
  if (!read_digits(text, 1, 0, 9, &digit)) return false;
  do {
    *ms += digit * unit;
    unit /= 10;
  } while (read_digits(text, 1, 0, 9, &digit));
  return true;
}

static bool read_zone(struct slice *text, int64_t *ms) {
  int64_t hours, minutes;
  if (read_char(text, "Zz")) return true;
  bool behind = text->size > 0 && text->data[0] == '-';
  if (!read_char(text, "+-") || !read_digits(text, 2, 0, 23, &hours) || !read_char(text, ":") ||
      !read_digits(text, 2, 0, 59, &minutes))
    return false;
  int64_t zone = (hours * 60 + minutes) * 60000;
  *ms += behind ? zone : -zone;
  return true;
}

bool instant_read(struct slice text, int64_t *wall_ms) {
  int64_t hours, minutes;
  if (!read_date(&text, wall_ms)) return false;
  if (text.size == 0) return true;
  if (!read_char(&text, "Tt ") || !read_digits(&text, 2, 0, 23, &hours) || !read_char(&text, ":") ||
      !read_digits(&text, 2, 0, 59, &minutes))
    return false;
  *wall_ms += (hours * 60 + minutes) * 60000;
  return read_seconds(&text, wall_ms) && read_zone(&text, wall_ms) && text.size == 0;
}
