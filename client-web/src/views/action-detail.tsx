// What an act of a moderator was done to, and what it changed.

import type { ComponentChildren } from 'preact';
import { entryHref, treeHref } from '../app/address.js';
import { roleName } from '../app/names.js';
import { durationText, t, tOr } from '../app/texts.js';
import type { Action, Member } from '../protocol/types.js';

export function ActionDetail({ action }: { action: Action }) {
  const parts = [...messageOf(action), ...changesOf(action)];
  if (parts.length === 0) return null;
  return (
    <p class="hint" dir="auto">
      {parts.flatMap((part, index) => (index === 0 ? [part] : [' · ', part]))}
    </p>
  );
}

/** Nobody but its two enters a direct talk. */
function messageOf({ room, seq }: Action): ComponentChildren[] {
  if (room === undefined || seq === undefined || room.startsWith('dm.')) return [];
  return [<a href={entryHref(room, seq)}>{t('audit.message')}</a>];
}

function changesOf({ action, detail = {} }: Action): ComponentChildren[] {
  const found = new Map(Object.entries(detail));
  const parts: ComponentChildren[] = [];
  const add = (key: string, show: (value: string, number: number) => ComponentChildren): void => {
    const value = found.get(key);
    if (value !== undefined) parts.push(show(String(value), Number(value)));
  };
  add('invite', (id) => <a href={treeHref(`i${id}`)}>{t('tree.invite', { invite: `i${id}` })}</a>);
  add('title', (title) => (title === '' ? t('audit.detail.title_none') : t('audit.detail.title', { title })));
  add('topic', (topic) => (topic === '' ? t('audit.detail.topic_none') : t('audit.detail.topic', { topic })));
  add('private', (is) => (is === 'true' ? t('audit.detail.private') : t('audit.detail.public')));
  add('locked', (is) => t(is === 'true' ? 'audit.detail.locked' : 'audit.detail.unlocked'));
  add('slow', (_, seconds) =>
    seconds === 0 ? t('audit.detail.slow_off') : t('audit.detail.slow', { time: durationText(seconds) }),
  );
  add('role', (role) => roleName(role as Member['role']));
  add('uses', (_, count) => t('audit.detail.uses', { count }));
  add('disabled', (is) => t(is === 'true' ? 'audit.detail.disabled' : 'audit.detail.enabled'));
  add('members', (_, count) => t(action === 'unfreeze' ? 'notice.done.unfreeze' : 'notice.done.freeze', { count }));
  add('removed', (_, count) => t('audit.detail.removed', { count }));
  add('seconds', (_, seconds) => t('audit.detail.seconds', { time: durationText(seconds) }));
  add('outcome', (outcome) => tOr(`report.outcome.${outcome}`, 'report.outcome.other'));
  return parts;
}
