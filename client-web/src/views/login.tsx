import { useState } from 'preact/hooks';
import { logIn, problemOf } from '../app/session.js';
import { t } from '../app/texts.js';
import { Card, Problem } from './parts.js';
import { PasswordField } from './password.js';

export function LogIn({ ended }: { ended: 'no_session' | 'banned' | null }) {
  const [reason, setReason] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setReason(null);
    try {
      await logIn(String(data.get('login')), String(data.get('password')));
    } catch (error) {
      setReason(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Card heading={t('login.heading')}>
      {ended === null ? null : (
        <p class="note" role="status">
          {t(ended === 'banned' ? 'login.banned' : 'login.ended')}
        </p>
      )}
      <form class="form" onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>{t('field.login')}</span>
          <input name="login" required autocomplete="username" autocapitalize="none" spellcheck={false} autofocus />
        </label>
        <PasswordField autocomplete="current-password" />
        <Problem reason={reason} />
        <button class="primary" disabled={busy}>
          {busy ? t('login.busy') : t('login.submit')}
        </button>
      </form>
      <p class="hint">{t('login.hint')}</p>
    </Card>
  );
}
