import { useState } from 'preact/hooks';
import { t } from '../app/texts.js';

interface PasswordFieldProps {
  autocomplete: 'current-password' | 'new-password';
  minLength?: number;
  hint?: string;
}

/** What is typed can be looked at: on a phone that is safer than typing twice. */
export function PasswordField({ autocomplete, minLength, hint }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <div class="field">
      <label for="password">{t('field.password')}</label>
      <input
        id="password"
        name="password"
        type={shown ? 'text' : 'password'}
        required
        minLength={minLength}
        maxLength={256}
        autocomplete={autocomplete}
        autocapitalize="none"
        spellcheck={false}
        aria-describedby={hint === undefined ? undefined : 'password-hint'}
      />
      {hint === undefined ? null : <small id="password-hint">{hint}</small>}
      <label class="check">
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />
        <span>{t('field.password.show')}</span>
      </label>
    </div>
  );
}
