import { useState } from 'preact/hooks';
import { logIn } from '../app/session.js';
import { momentText, sentencesText, t } from '../app/texts.js';
import { Banned } from '../protocol/errors.js';
import type { Ban } from '../protocol/errors.js';
import { useSubmit } from './form.js';
import { Card, Problem } from './parts.js';
import { PasswordField } from './password.js';

function banText({ until, reason }: Ban): string {
  const parts = [t('login.banned')];
  parts.push(until === undefined ? t('login.banned_open') : t('notice.until', { until: momentText(until) }));
  if (reason !== undefined) parts.push(t('note.reason', { reason }));
  return sentencesText(parts);
}

export function LogIn({ ended }: { ended: 'no_session' | 'banned' | null }) {
  const [ban, setBan] = useState<Ban | null>(null);
  const { reason, busy, submit } = useSubmit(async (data) => {
    setBan(null);
    try {
      await logIn(String(data.get('login')), String(data.get('password')));
    } catch (error) {
      if (error instanceof Banned) setBan(error.ban);
      throw error;
    }
  });
  return (
    <Card heading={t('login.heading')}>
      {ended === null || ban !== null ? null : (
        <p class="note" role="status">
          {t(ended === 'banned' ? 'login.banned' : 'login.ended')}
        </p>
      )}
      <form class="form" onSubmit={submit}>
        <label class="field">
          <span>{t('field.login')}</span>
          <input name="login" required autocomplete="username" autocapitalize="none" spellcheck={false} autofocus />
        </label>
        <PasswordField autocomplete="current-password" />
        <Problem reason={reason} words={ban === null ? null : banText(ban)} />
        <button class="primary" disabled={busy}>
          {busy ? t('login.busy') : t('login.submit')}
        </button>
      </form>
      <p class="hint">{t('login.hint')}</p>
    </Card>
  );
}
