import { useState } from 'preact/hooks';
import { treeHref } from '../app/address.js';
import { byName, countryName, roleName, roomName, sectorName } from '../app/names.js';
import { club, facts, problemOf, state } from '../app/session.js';
import { momentText, t } from '../app/texts.js';
import type { Invite, Member, NewInvite } from '../protocol/types.js';
import { Icon } from './icons.js';
import { useLoaded } from './form.js';
import { Later } from './later.js';
import { PageHeader, Problem } from './parts.js';

const DAY = 86_400;
const loadCode = async () => (await import('./invite-code.js')).InviteCode;
const ROLES: Member['role'][] = ['member', 'moderator', 'admin'];

export function Invites() {
  const { value: invites, reason, setReason, read } = useLoaded(() => club().listInvites());
  const revoke = async (invite: string): Promise<void> => {
    try {
      await club().revokeInvite(invite);
    } catch (error) {
      setReason(problemOf(error));
    }
    await read();
  };
  return (
    <section class="page" aria-labelledby="invites-heading">
      <PageHeader id="invites-heading" heading={t('invites.heading')} />
      <div class="page-body">
        <div class="buttons">
          <a class="button" href={treeHref(null)}>
            {t('tree.heading')}
          </a>
        </div>
        <MakeInvite made={() => void read()} />
        <h2>{t('invites.list')}</h2>
        <Problem reason={reason} />
        {invites?.length === 0 ? <p class="hint">{t('invites.none')}</p> : null}
        <ul class="invites">
          {invites?.map((invite) => (
            <InviteItem key={invite.invite} invite={invite} revoke={revoke} />
          ))}
        </ul>
      </div>
    </section>
  );
}

function MakeInvite({ made }: { made(): void }) {
  const [link, setLink] = useState<NewInvite | null>(null);
  const [reason, setReason] = useState<string | null>(null);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const role = data.get('role') as Member['role'];
    const room = String(data.get('room'));
    const params = { role, uses: Number(data.get('uses')), for: Number(data.get('days')) * DAY };
    setReason(null);
    try {
      setLink(await club().makeInvite(room === '' ? params : { ...params, room }));
      made();
    } catch (error) {
      setReason(problemOf(error));
    }
  };
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <InviteFields />
      <Problem reason={reason} />
      <button class="primary">{t('invites.make')}</button>
      {link === null ? null : <NewLink key={link.invite} link={link} />}
    </form>
  );
}

function InviteFields() {
  const own = ROLES.indexOf(state.value.me.role);
  const made = [...state.value.rooms.values()].filter(({ kind }) => kind === 'custom');
  const { countries, sectors } = facts.value ?? { countries: [], sectors: [] };
  return (
    <div class="fields">
      <label class="field">
        <span>{t('invites.role')}</span>
        <select name="role">
          {ROLES.slice(0, own + 1).map((role) => (
            <option key={role} value={role}>
              {roleName(role)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t('invites.room')}</span>
        <select name="room">
          <option value="">{t('invites.no_room')}</option>
          {byName(countries, ({ code }) => countryName(code)).map(({ code }) => (
            <option key={code} value={code}>
              {countryName(code)}
            </option>
          ))}
          {byName(sectors, ({ slug }) => sectorName(slug)).map(({ slug }) => (
            <option key={slug} value={slug}>
              {sectorName(slug)}
            </option>
          ))}
          {byName(made, (room) => roomName(room.room, room)).map((room) => (
            <option key={room.room} value={room.room}>
              {roomName(room.room, room)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t('invites.uses')}</span>
        <input name="uses" type="number" required min={1} max={1000} defaultValue={1} inputmode="numeric" />
      </label>
      <label class="field">
        <span>{t('invites.days')}</span>
        <input name="days" type="number" required min={1} max={30} defaultValue={7} inputmode="numeric" />
      </label>
    </div>
  );
}

/** The link is shown once: the server keeps only a hash of what is in it. */
function NewLink({ link }: { link: NewInvite }) {
  const [copied, setCopied] = useState(false);
  const [shown, setShown] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link.url);
      setCopied(true);
    } catch {
      setCopied(false);
    }
  };
  return (
    <div class="new-link">
      <label class="field">
        <span>{t('invites.link')}</span>
        <input readonly value={link.url} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <button type="button" onClick={() => void copy()}>
        <Icon name={copied ? 'check' : 'copy'} /> {t(copied ? 'invites.copied' : 'invites.copy')}
      </button>
      <button type="button" aria-expanded={shown} onClick={() => setShown(!shown)}>
        {t('invites.code')}
      </button>
      <p class="hint" role="status">
        {t('invites.once', { until: momentText(link.expires_at) })}
      </p>
      {shown ? <Later load={loadCode} props={{ url: link.url }} /> : null}
    </div>
  );
}

function InviteItem({ invite, revoke }: { invite: Invite; revoke(invite: string): Promise<void> }) {
  const used = t('invites.used', { used: invite.used, uses: invite.uses });
  const parts = [used, t('invites.until', { until: momentText(invite.expires_at) })];
  if (invite.room !== undefined) parts.unshift(roomName(invite.room, state.value.rooms.get(invite.room)));
  // Admins see those of others.
  if (invite.made_by_name !== undefined && invite.made_by !== state.value.me.id)
    parts.push(t('invites.by', { name: invite.made_by_name }));
  return (
    <li class="invite">
      <span class="invite-text">
        <strong>{roleName(invite.role)}</strong>
        <span dir="auto">{parts.join(' · ')}</span>
      </span>
      {invite.used === 0 ? null : (
        <a class="button" href={treeHref(invite.invite)}>
          {t('tree.who_came')}
        </a>
      )}
      <button type="button" onClick={() => void revoke(invite.invite)}>
        {t('invites.revoke')}
      </button>
    </li>
  );
}
