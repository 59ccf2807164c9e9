// Shuts out a branch of the tree of invites, or lets it in again: asked first, with how many it concerns.

import { useState } from 'preact/hooks';
import { club, orTell } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Branch } from '../state/club.js';
import { Ask } from './ask.js';
import { ReasonField } from './form.js';

interface FreezeProps {
  branch: Branch;
  /** Of the member, or of the invitation. */
  name: string;
  /** What is known of it; absent: it may be either. */
  numbers?: { open: number; frozen: number };
  done?(): void;
}

type Asking = { on: boolean; count: number; exact: boolean };

export function Freeze({ branch, name, numbers, done }: FreezeProps) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const [reason, setReason] = useState('');
  const ask = (on: boolean): void =>
    void orTell(
      'moderate',
      club()
        .moderation.branch(branch)
        .then(({ open, frozen }) => setAsking({ on, count: on ? open : frozen, exact: (on ? frozen : open) === 0 })),
    );
  const carryOut = (): void => {
    if (asking === null) return;
    const { on, exact } = asking;
    setAsking(null);
    const frozen = club().moderation.freeze(branch, name, on, on ? reason.trim() : '', exact);
    void orTell('moderate', frozen.then(done));
  };
  return (
    <>
      {numbers?.open === 0 && branch.kind === 'member' ? null : (
        <button type="button" class="danger" onClick={() => ask(true)}>
          {t('freeze.on')}
        </button>
      )}
      {numbers?.frozen === 0 ? null : (
        <button type="button" onClick={() => ask(false)}>
          {t('freeze.off')}
        </button>
      )}
      {asking === null ? null : (
        <Ask
          question={question(branch, asking, name)}
          yes={t(asking.on ? 'freeze.on' : 'freeze.off')}
          onYes={carryOut}
          onNo={() => setAsking(null)}
        >
          {asking.on ? <ReasonField value={reason} set={setReason} /> : null}
        </Ask>
      )}
    </>
  );
}

function question(branch: Branch, { on, count }: Asking, name: string): string {
  if (branch.kind === 'member') return t(on ? 'freeze.ask_on' : 'freeze.ask_off', { name, count });
  return t(on ? 'freeze.ask_invite_on' : 'freeze.ask_invite_off', { name, count });
}
