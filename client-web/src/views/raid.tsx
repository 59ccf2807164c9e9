// A raid: what everybody sees of it, and the switch of those who moderate the club.

import { useState } from 'preact/hooks';
import { auditHref } from '../app/address.js';
import { club, orTell, state } from '../app/session.js';
import { t } from '../app/texts.js';
import { Ask } from './ask.js';

/** On every page while it lasts. */
export function RaidLine() {
  const { raid, me } = state.value;
  return (
    <div class={raid ? 'raid' : 'raid quiet'} role="status" data-testid="raid">
      {raid ? <span>{t('raid.line')}</span> : null}
      {raid && me.role !== 'member' ? <a href={auditHref(null)}>{t('raid.to_switch')}</a> : null}
    </div>
  );
}

export function RaidSwitch() {
  const [asking, setAsking] = useState(false);
  const { raid } = state.value;
  const turn = (): void => {
    setAsking(false);
    void orTell('moderate', club().moderation.raid(!raid));
  };
  return (
    <section class="card-row" aria-labelledby="raid-heading">
      <h2 id="raid-heading">{t('raid.heading')}</h2>
      <p>{t('raid.what')}</p>
      <div class="buttons">
        <button type="button" aria-pressed={raid} onClick={() => setAsking(true)}>
          {t(raid ? 'raid.off' : 'raid.on')}
        </button>
      </div>
      {asking ? (
        <Ask
          question={t(raid ? 'raid.ask_off' : 'raid.ask_on')}
          yes={t(raid ? 'raid.off' : 'raid.on')}
          onYes={turn}
          onNo={() => setAsking(false)}
        />
      ) : null}
    </section>
  );
}
