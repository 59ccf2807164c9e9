// Making a room of its own.

import { ROOMS_HREF, roomHref } from '../app/address.js';
import { go } from '../app/route.js';
import { club } from '../app/session.js';
import { t } from '../app/texts.js';
import { textOf, useSubmit } from './form.js';
import { PageHeader, Problem } from './parts.js';

export function NewRoom() {
  const { reason, busy, submit } = useSubmit(async (data) => {
    const { room } = await club().moderation.create(textOf(data, 'title'), textOf(data, 'topic'), data.has('private'));
    go(roomHref(room));
  });
  return (
    <section class="page" aria-labelledby="new-room-heading">
      <PageHeader id="new-room-heading" heading={t('new_room.heading')} back={ROOMS_HREF} />
      <div class="page-body">
        <form class="form" onSubmit={submit}>
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
