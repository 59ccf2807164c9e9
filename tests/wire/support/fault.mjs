// Makes calls of the C library fail in a server, as tests/wire/support/fault.c says.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The server will run with fault.c: gives the function that says what fails. */
export function withFaults(club) {
  const library = join(club.folder, 'fault.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, fileURLToPath(new URL('fault.c', import.meta.url)), '-ldl']);
  const control = join(club.folder, 'fault');
  writeFileSync(control, '');
  club.wrapper = ['env', `LD_PRELOAD=${library}`, `CLUB_FAULT=${control}`];
  return (kind) => writeFileSync(control, kind);
}
