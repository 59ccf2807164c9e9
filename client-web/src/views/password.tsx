import { useState } from 'preact/hooks';
import { t } from '../app/texts.js';

interface PasswordFieldProps {
  /** Where there are two. */
  name?: string;
  label?: string;
  autocomplete: 'current-password' | 'new-password';
  minLength?: number;
  hint?: string;
}

/** What is typed can be looked at: on a phone that is safer than typing twice. */
export function PasswordField({ name = 'password', label, autocomplete, minLength, hint }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <div class="field">
      <label for={name}>{label ?? t('field.password')}</label>
      <input
        id={name}
        name={name}
        type={shown ? 'text' : 'password'}
        required
        minLength={minLength}
        maxLength={256}
        autocomplete={autocomplete}
        autocapitalize="none"
        spellcheck={false}
        aria-describedby={hint === undefined ? undefined : `${name}-hint`}
      />
      {hint === undefined ? null : <small id={`${name}-hint`}>{hint}</small>}
      <label class="check">
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />
        <span>{t('field.password.show')}</span>
      </label>
    </div>
  );
}
