import { useState } from 'preact/hooks';
import { club, problemOf } from '../app/session.js';
import { t } from '../app/texts.js';
import type { Member } from '../protocol/types.js';
import { Ask } from './ask.js';
import { Problem } from './parts.js';

interface BlockProps {
  member: Pick<Member, 'id' | 'name' | 'blocked'>;
  changed(blocked: boolean): void;
}

/** No direct talks with somebody, after a question; and again. */
export function BlockButton({ member, changed }: BlockProps) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState<string | null>(null);
  const { id, name, blocked } = member;
  const set = async (on: boolean): Promise<void> => {
    setAsking(false);
    try {
      await club().block(id, on);
      setReason(null);
      changed(on);
    } catch (error) {
      setReason(problemOf(error));
    }
  };
  return (
    <>
      <button type="button" onClick={() => (blocked === true ? void set(false) : setAsking(true))}>
        {t(blocked === true ? 'block.lift' : 'block.set')}
      </button>
      {asking ? (
        <Ask
          question={t('block.ask', { name })}
          yes={t('block.set')}
          onYes={() => void set(true)}
          onNo={() => setAsking(false)}
        >
          <p class="hint">{t('block.means')}</p>
        </Ask>
      ) : null}
      <Problem reason={reason} />
    </>
  );
}
