// An invite link as a QR code, to be read by a phone's camera; loaded when it is opened.

import { encode } from 'uqr';
import { t } from '../app/texts.js';

/** Modules of white around it: readers need four. */
const QUIET = 4;
const FILE = 'invite.svg';

export interface Code {
  /** Modules across, the white around included. */
  size: number;
  /** All dark modules, as the data of an SVG path. */
  path: string;
}

export function codeOf(text: string): Code {
  const { size, data } = encode(text, { ecc: 'M', border: QUIET });
  const bars = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')));
  return { size, path: bars.join('') };
}

/** The same as a file: black on white, sharp at any size of paper. */
export function codeFile({ size, path }: Code): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="80mm" height="80mm" ` +
    `shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}"/></svg>`
  );
}

export function InviteCode({ url }: { url: string }) {
  const code = codeOf(url);
  const file = `data:image/svg+xml,${encodeURIComponent(codeFile(code))}`;
  return (
    <div class="invite-code">
      <svg
        role="img"
        aria-label={t('invites.code_label')}
        viewBox={`0 0 ${code.size} ${code.size}`}
        shape-rendering="crispEdges"
      >
        <path d={code.path} />
      </svg>
      <p class="hint">{t('invites.code_hint')}</p>
      <a class="button" href={file} download={FILE}>
        {t('invites.code_save')}
      </a>
    </div>
  );
}
