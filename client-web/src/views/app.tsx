import { begin, screen } from '../app/session.js';
import { t } from '../app/texts.js';
import { ClubView } from './club.js';
import { Invited } from './join.js';
import { LogIn } from './login.js';
import { Card } from './parts.js';

export function App() {
  const shown = screen.value;
  switch (shown.at) {
    case 'loading':
      return (
        <p class="loading" role="status">
          {t('line.connecting')}
        </p>
      );
    case 'unreachable':
      return <UnreachableView invite={shown.invite} reason={shown.reason} />;
    case 'login':
      return <LogIn ended={shown.ended} />;
    case 'invited':
      return <Invited token={shown.token} grant={shown.grant} reason={shown.reason} />;
    case 'club':
      return <ClubView />;
  }
}

function UnreachableView({ invite, reason }: { invite: string | null; reason: string }) {
  return (
    <Card heading={t('unreachable.heading')}>
      <p>{t(reason === 'unreachable' ? 'unreachable.silent' : 'unreachable.away')}</p>
      <p>{t('unreachable.by_itself')}</p>
      <button type="button" class="primary" onClick={() => void begin(invite)}>
        {t('action.again')}
      </button>
    </Card>
  );
}
