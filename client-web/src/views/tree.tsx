// The tree of invites, for those who moderate the club: who came by whom, and a branch of it shut out or let in again.

import { useState } from 'preact/hooks';
import { INVITES_HREF, memberHref, treeHref } from '../app/address.js';
import { countryName, roleName } from '../app/names.js';
import { route } from '../app/route.js';
import { club } from '../app/session.js';
import { dateText, momentText, t } from '../app/texts.js';
import type { Invite, Result, TreeMember } from '../protocol/types.js';
import type { Branch } from '../state/club.js';
import { usePages } from './form.js';
import { Freeze } from './freeze.js';
import { Icon } from './icons.js';
import { Loading } from './later.js';
import { Avatar, PageHeader, Problem } from './parts.js';

type TreePage = Result<'invite.tree'>;

/** Counted up to so many. */
const MANY = 1000;

/** `of`: the id of a member ("m5") or of an invite ("i17"); null: from the top. */
export function Tree({ of }: { of: string | null }) {
  const branch = of === null ? null : branchOf(of);
  const [head, setHead] = useState<TreePage | null>(null);
  const pages = usePages(async (last: TreeMember | undefined) => {
    const page = await club().moderation.tree(branch, last?.id ?? null);
    if (last === undefined) setHead(page);
    return { items: page.members, more: page.more };
  }, of ?? '');
  return (
    <section class="page" aria-labelledby="tree-heading">
      <PageHeader id="tree-heading" heading={t('tree.heading')} back={INVITES_HREF} />
      <div class="page-body tree">
        <Problem reason={pages.reason} />
        {pages.items === null && pages.reason === null ? <Loading /> : null}
        {head === null ? null : <Head head={head} branch={branch} again={pages.again} />}
        {pages.items === null ? null : <Came members={pages.items} label={listLabel(head)} />}
        {pages.more ? (
          <button type="button" onClick={pages.older}>
            {t('tree.more')}
          </button>
        ) : null}
      </div>
    </section>
  );
}

function branchOf(id: string): Branch {
  return id.startsWith('i') ? { kind: 'invite', id } : { kind: 'member', id };
}

function listLabel(head: TreePage | null): string {
  if (head?.member !== undefined) return t('tree.invited_by', { name: head.member.name });
  return head?.invite === undefined ? t('tree.top') : t('tree.came_by', { invite: head.invite.invite });
}

function Head({ head, branch, again }: { head: TreePage; branch: Branch | null; again(): void }) {
  const { member, invite, open = 0, frozen = 0 } = head;
  if (branch === null) return <p class="hint">{t('tree.top_hint')}</p>;
  const name = member?.name ?? invite?.invite ?? '';
  return (
    <>
      <Way above={head.above ?? []} />
      {member === undefined ? null : (
        <div class="tree-root" data-member={member.id}>
          <Row member={member} />
        </div>
      )}
      {invite === undefined ? null : <InviteHead invite={invite} />}
      <p role="status">{t('tree.numbers', { open, frozen })}</p>
      <div class="buttons">
        <Freeze branch={branch} name={name} numbers={{ open, frozen }} done={again} />
      </div>
      <h2 dir="auto">{listLabel(head)}</h2>
    </>
  );
}

/** From the top down to whoever invited. */
function Way({ above }: { above: readonly TreeMember[] }) {
  return (
    <nav aria-label={t('tree.way')}>
      <ol class="way">
        <li>
          <a href={treeHref(null)}>{t('tree.top')}</a>
        </li>
        {[...above].reverse().map(({ id, name }) => (
          <li key={id}>
            <a href={treeHref(id)} dir="auto">
              {name}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function InviteHead({ invite }: { invite: Invite }) {
  const used = t('invites.used', { used: invite.used, uses: invite.uses });
  const facts = [roleName(invite.role), used, t('invites.until', { until: momentText(invite.expires_at) })];
  return (
    <p class="invite-head">
      <strong>{t('tree.invite', { invite: invite.invite })}</strong>
      {` · ${facts.join(' · ')} · `}
      {invite.made_by === '' ? (
        t('audit.operator')
      ) : (
        <a href={treeHref(invite.made_by)} dir="auto">
          {t('invites.by', { name: invite.made_by_name ?? invite.made_by })}
        </a>
      )}
    </p>
  );
}

function Came({ members, label }: { members: readonly TreeMember[]; label: string }) {
  if (members.length === 0) return <p class="hint">{t('tree.nobody')}</p>;
  return (
    <ul class="tree-list" aria-label={label}>
      {members.map((member) => (
        <Twig key={member.id} member={member} />
      ))}
    </ul>
  );
}

/** A member, and when it is opened those whom that one invited. */
function Twig({ member }: { member: TreeMember }) {
  const [open, setOpen] = useState(false);
  const label = t('tree.invited_by', { name: member.name });
  return (
    <li data-member={member.id}>
      <div class="twig">
        {member.invited === 0 ? (
          <span class="twig-end" />
        ) : (
          <button
            type="button"
            class="icon-button"
            aria-expanded={open}
            aria-label={label}
            title={label}
            onClick={() => setOpen(!open)}
          >
            <Icon name={open ? 'down' : 'right'} />
          </button>
        )}
        <Row member={member} />
        <a class="button" href={treeHref(member.id)} aria-label={t('tree.branch_of', { name: member.name })}>
          {t('tree.branch')}
        </a>
      </div>
      {open ? <Below member={member} label={label} /> : null}
    </li>
  );
}

function Below({ member, label }: { member: TreeMember; label: string }) {
  const { items, more, reason, older } = usePages(async (last: TreeMember | undefined) => {
    const page = await club().moderation.tree({ kind: 'member', id: member.id }, last?.id ?? null);
    return { items: page.members, more: page.more };
  }, member.id);
  return (
    <>
      <Problem reason={reason} />
      {items === null && reason === null ? <Loading /> : null}
      {items === null ? null : <Came members={items} label={label} />}
      {more ? (
        <button type="button" onClick={older}>
          {t('tree.more')}
        </button>
      ) : null}
    </>
  );
}

function Row({ member }: { member: TreeMember }) {
  const here = route.value.page === 'tree' ? route.value.of : null;
  const role = member.role === 'member' ? [] : [roleName(member.role)];
  const from = [member.company, member.country === '' ? '' : countryName(member.country)].filter((part) => part !== '');
  const count = member.invited;
  const invited = count === 0 ? [] : [t(count < MANY ? 'tree.invited' : 'tree.invited_many', { count })];
  const joined = t('tree.joined', { date: dateText(member.joined_at) });
  const facts = [`@${member.login}`, ...role, ...from, joined, ...invited];
  return (
    <>
      <Avatar id={member.id} name={member.name} />
      <span class="person-text">
        <span class="person-name" dir="auto">
          <a href={memberHref(member.id)}>{member.name}</a>
          {member.frozen ? <span class="mark">{t('tree.frozen')}</span> : null}
          {member.banned ? <span class="mark">{t('tree.banned')}</span> : null}
        </span>
        <span class="person-origin">
          {facts.join(' · ')}
          {member.invite === undefined || member.invite === here ? null : (
            <>
              {' · '}
              <a href={treeHref(member.invite)}>{t('tree.invite', { invite: member.invite })}</a>
            </>
          )}
        </span>
      </span>
    </>
  );
}
