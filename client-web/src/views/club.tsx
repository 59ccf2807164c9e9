import { useEffect, useRef, useState } from 'preact/hooks';
import {
  ACCOUNT_HREF,
  auditHref,
  DIRECTORY_HREF,
  INVITES_HREF,
  memberHref,
  REPORTS_HREF,
  searchHref,
} from '../app/address.js';
import { roomName } from '../app/names.js';
import { go, route } from '../app/route.js';
import { club, facts, logOut, problemOf, state } from '../app/session.js';
import { t } from '../app/texts.js';
import { moderatesAnything } from '../state/rooms.js';
import { Ask } from './ask.js';
import { Icon } from './icons.js';
import type { IconName } from './icons.js';
import { Later } from './later.js';
import { Avatar, IconButton, LanguageChoice } from './parts.js';
import { RaidLine } from './raid.js';
import { RoomList } from './room-list.js';
import { RoomView } from './room.js';
import { LineStatus, Notices } from './status.js';

const loadInvites = async () => (await import('./invites.js')).Invites;
const loadAbout = async () => (await import('./about.js')).About;
const loadAudit = async () => (await import('./audit.js')).Audit;
const loadReports = async () => (await import('./reports.js')).ReportsPage;
const loadTree = async () => (await import('./tree.js')).Tree;
const loadSanctions = async () => (await import('./sanctions.js')).SanctionsPage;
const loadNewRoom = async () => (await import('./new-room.js')).NewRoom;
const loadCard = async () => (await import('./card.js')).MemberCard;
const loadDirectory = async () => (await import('./directory.js')).Directory;
const loadFindRooms = async () => (await import('./find-rooms.js')).FindRooms;
const loadSearch = async () => (await import('./search.js')).Search;
const loadAccount = async () => (await import('./account.js')).AccountPage;

/** "/" opens the search, in the room that is shown; where one writes it stays a sign. */
function useSearchKey(): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      const writes = target?.closest('input, textarea, select, [contenteditable], dialog') !== null;
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writes) return;
      event.preventDefault();
      const at = route.peek();
      go(searchHref(at.page === 'room' ? at.room : null));
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
}

/** On a phone one sees the list or a page, and what had the focus goes with the other: whoever listens or has a keyboard
 * goes on in what came. */
function useFocus() {
  const side = useRef<HTMLElement>(null);
  const main = useRef<HTMLElement>(null);
  const here = route.value;
  const came = useRef(here);
  useEffect(() => {
    if (came.current === here) return;
    came.current = here;
    const focused = document.activeElement;
    // The browser takes the focus from what is out of sight only when it draws, and that may be a while from now.
    const seen = focused !== null && focused !== document.body && focused.getClientRects().length > 0;
    if (!seen) (here.page === 'rooms' ? side : main).current?.focus({ preventScroll: true });
  }, [here]);
  return { side, main };
}

export function ClubView() {
  const { side, main } = useFocus();
  const { page } = route.value;
  useSearchKey();
  return (
    <div class="club" data-page={page}>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {t('action.skip')}
      </button>
      <aside ref={side} class="side" tabIndex={-1}>
        <header class="side-header">
          <h1>{facts.value?.name ?? ''}</h1>
          <PageLink href={searchHref(null)} here={page === 'search'} icon="search" label={t('search.heading')} />
          <ReportsLink here={page === 'reports'} />
          <PageLink href={DIRECTORY_HREF} here={page === 'directory'} icon="directory" label={t('directory.heading')} />
          <PageLink href={ACCOUNT_HREF} here={page === 'account'} icon="account" label={t('account.heading')} />
        </header>
        <RoomList />
        <Account />
      </aside>
      <main ref={main} class="main" tabIndex={-1}>
        <LineStatus />
        <RaidLine />
        {route.value.page === 'room' ? (
          <RoomView key={route.value.room} id={route.value.room} target={route.value.target} />
        ) : null}
        {page === 'invites' ? (
          <Later key="invites" load={loadInvites} props={{}} heading={t('invites.heading')} />
        ) : null}
        {route.value.page === 'member' ? (
          <Later
            key={route.value.member}
            load={loadCard}
            props={{ id: route.value.member }}
            heading={t('card.heading')}
          />
        ) : null}
        {page === 'directory' ? (
          <Later key="directory" load={loadDirectory} props={{}} heading={t('directory.heading')} />
        ) : null}
        {route.value.page === 'find-rooms' ? (
          <Later
            key="find-rooms"
            load={loadFindRooms}
            props={{ text: route.value.text }}
            heading={t('find_rooms.heading')}
          />
        ) : null}
        {route.value.page === 'search' ? (
          <Later key="search" load={loadSearch} props={{ room: route.value.room }} heading={t('search.heading')} />
        ) : null}
        {page === 'account' ? (
          <Later key="account" load={loadAccount} props={{}} heading={t('account.heading')} />
        ) : null}
        {route.value.page === 'about' ? (
          <Later
            key={route.value.room}
            load={loadAbout}
            props={{ room: route.value.room }}
            heading={roomName(route.value.room, undefined)}
          />
        ) : null}
        {route.value.page === 'audit' ? (
          <Later
            key={`audit ${route.value.member ?? ''}`}
            load={loadAudit}
            props={{ member: route.value.member }}
            heading={t('audit.heading')}
          />
        ) : null}
        {page === 'reports' ? (
          <Later key="reports" load={loadReports} props={{}} heading={t('reports.heading')} />
        ) : null}
        {route.value.page === 'tree' ? (
          <Later
            key={`tree ${route.value.of ?? ''}`}
            load={loadTree}
            props={{ of: route.value.of }}
            heading={t('tree.heading')}
          />
        ) : null}
        {page === 'sanctions' ? (
          <Later key="sanctions" load={loadSanctions} props={{}} heading={t('sanctions.heading')} />
        ) : null}
        {page === 'new-room' ? <Later load={loadNewRoom} props={{}} heading={t('new_room.heading')} /> : null}
        {page === 'rooms' ? <p class="empty">{t('rooms.choose')}</p> : null}
      </main>
      <Notices />
    </div>
  );
}

interface PageLinkProps {
  href: string;
  here: boolean;
  icon: IconName;
  label: string;
  count?: number;
}

function PageLink({ href, here, icon, label, count = 0 }: PageLinkProps) {
  return (
    <a class="icon-button" href={href} aria-label={label} title={label} aria-current={here ? 'page' : undefined}>
      <Icon name={icon} />
      {count === 0 ? null : <span class="badge">{count > 99 ? '99+' : count}</span>}
    </a>
  );
}

/** For whoever moderates anything. Apart, so that the page around it does not follow every change of the state. */
function ReportsLink({ here }: { here: boolean }) {
  const { line, openReports: count } = state.value;
  const moderates = moderatesAnything(state.value);
  const open = line.at === 'open';
  useEffect(() => {
    if (moderates && open) club().reports.countSoon();
  }, [moderates, open]);
  if (!moderates) return null;
  const waiting = count > 0 ? t('reports.waiting', { count }) : '';
  const label = count > 0 ? `${t('reports.heading')}: ${waiting}` : t('reports.heading');
  return (
    <>
      <PageLink href={REPORTS_HREF} here={here} icon="report" label={label} count={count} />
      <span class="visually-hidden" role="status">
        {waiting}
      </span>
    </>
  );
}

function Account() {
  const { me } = state.value;
  const moderates = me.role !== 'member';
  const { page } = route.value;
  return (
    <footer class="account">
      <Avatar id={me.id} name={me.name} />
      <a class="account-name" dir="auto" href={memberHref(me.id)} title={t('card.own')}>
        {me.name}
      </a>
      {moderates ? (
        <>
          <PageLink href={INVITES_HREF} here={page === 'invites'} icon="invite" label={t('invites.heading')} />
          <PageLink href={auditHref(null)} here={page === 'audit'} icon="shield" label={t('audit.heading')} />
        </>
      ) : null}
      <LeaveButton />
      <LanguageChoice />
    </footer>
  );
}

/** Logging out throws away what was not sent, so that case is asked about. */
function LeaveButton() {
  const [asking, setAsking] = useState(false);
  const unsent = state.value.posts.filter((post) => post.stage !== 'sent').length;
  const leave = async (): Promise<void> => {
    setAsking(false);
    try {
      await logOut();
    } catch (error) {
      club().tell('log_out', problemOf(error));
    }
  };
  return (
    <>
      <IconButton
        icon="leave"
        label={t('account.log_out')}
        onClick={() => (unsent > 0 ? setAsking(true) : void leave())}
      />
      {asking ? (
        <Ask
          question={t('account.unsent', { count: unsent })}
          yes={t('account.log_out')}
          onYes={() => void leave()}
          onNo={() => setAsking(false)}
        />
      ) : null}
    </>
  );
}
