import { logIn } from '../app/session.js';
import { t } from '../app/texts.js';
import { useSubmit } from './form.js';
import { Card, Problem } from './parts.js';
import { PasswordField } from './password.js';

export function LogIn({ ended }: { ended: 'no_session' | 'banned' | null }) {
  const { reason, busy, submit } = useSubmit((data) => logIn(String(data.get('login')), String(data.get('password'))));
  return (
    <Card heading={t('login.heading')}>
      {ended === null ? null : (
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
        <Problem reason={reason} />
        <button class="primary" disabled={busy}>
          {busy ? t('login.busy') : t('login.submit')}
        </button>
      </form>
      <p class="hint">{t('login.hint')}</p>
    </Card>
  );
}
