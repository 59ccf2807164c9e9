#ifndef CLUB_VERSION_H
#define CLUB_VERSION_H
#define CLUB_VERSION "0.1.0"
#endif
