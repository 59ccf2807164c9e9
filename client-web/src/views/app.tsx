import { begin, screen } from '../app/session.js';
import { t } from '../app/texts.js';
import { ClubView } from './club.js';
import { Later } from './later.js';
import { LogIn } from './login.js';
import { Card } from './parts.js';

const loadInvited = async () => (await import('./join.js')).Invited;

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
      return <Later load={loadInvited} props={shown} heading={t('join.heading')} front />;
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
