// Whether this browser shows notifications.

import { bell, turnOff, turnOn } from '../app/bell.js';
import { state } from '../app/session.js';
import { t } from '../app/texts.js';

export function BellSwitch() {
  const standing = bell.value;
  if (standing === 'missing' || standing === 'denied') {
    return <p class="hint">{t(standing === 'missing' ? 'bell.missing' : 'bell.denied')}</p>;
  }
  const choose = (input: HTMLInputElement): void => {
    const on = input.checked;
    // What is shown is what holds: the browser may ask its owner first.
    input.checked = standing === 'on';
    if (on) void turnOn(state.peek().me.id);
    else turnOff();
  };
  return (
    <>
      <label class="check">
        <input type="checkbox" checked={standing === 'on'} onChange={(event) => choose(event.currentTarget)} />
        {t('bell.on')}
      </label>
      <p class="hint">{t('bell.hint')}</p>
    </>
  );
}
