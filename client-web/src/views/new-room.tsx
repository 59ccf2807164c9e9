// Making a room of its own.

import { useState } from 'preact/hooks';
import { ROOMS_HREF, roomHref } from '../app/address.js';
import { go } from '../app/route.js';
import { club, problemOf } from '../app/session.js';
import { t } from '../app/texts.js';
import { PageHeader, Problem } from './parts.js';

export function NewRoom() {
  const [reason, setReason] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string): string => String(data.get(name) ?? '').trim();
    setBusy(true);
    setReason(null);
    try {
      const made = await club().moderation.create(text('title'), text('topic'), data.has('private'));
      go(roomHref(made.room));
    } catch (error) {
      setReason(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <section class="page" aria-labelledby="new-room-heading">
      <PageHeader id="new-room-heading" heading={t('new_room.heading')} back={ROOMS_HREF} />
      <div class="page-body">
        <form class="form" onSubmit={(event) => void submit(event)}>
          <label class="field">
            <span>{t('about.title')}</span>
            <input name="title" required maxLength={100} dir="auto" />
          </label>
          <label class="field">
            <span>
              {t('about.topic')} <span class="optional">{t('field.optional')}</span>
            </span>
            <textarea name="topic" rows={3} maxLength={500} dir="auto" />
          </label>
          <label class="check">
            <input type="checkbox" name="private" />
            {t('new_room.private')}
          </label>
          <Problem reason={reason} />
          <div class="buttons">
            <button class="primary" disabled={busy}>
              {t('new_room.make')}
            </button>
          </div>
        </form>
      </div>
    </section>
  );
}
