// What a moderator did, between the messages of a room.

import { personName } from '../app/persons.js';
import { state } from '../app/session.js';
import { durationText, momentText, sentencesText, t, timeText, tOr } from '../app/texts.js';
import type { ModerationEntry, RoomEntry } from '../protocol/types.js';
import type { Note } from '../state/notes.js';

export function NoteRow({ note }: { note: Note }) {
  const texts = note.type === 'room' ? settingsTexts(note) : [moderationText(note)];
  return (
    <div class="log-event" data-key={`note ${note.seq}`} data-note={note.seq}>
      {texts.map((text) => (
        <p key={text} dir="auto">
          {text}
        </p>
      ))}
      <time dateTime={note.at} title={momentText(note.at)}>
        {timeText(note.at)}
      </time>
    </div>
  );
}

function settingsTexts({ from, title, topic, locked, slow, pinned }: RoomEntry): string[] {
  const by = from.name;
  const texts: string[] = [];
  if (title !== undefined) texts.push(t(title === '' ? 'note.title_none' : 'note.title', { by, title }));
  if (topic !== undefined) texts.push(t(topic === '' ? 'note.topic_none' : 'note.topic', { by, topic }));
  if (locked !== undefined) texts.push(t(locked ? 'note.locked' : 'note.unlocked', { by }));
  if (slow !== undefined)
    texts.push(slow === 0 ? t('note.slow_off', { by }) : t('note.slow', { by, time: durationText(slow) }));
  if (pinned !== undefined) texts.push(t('note.pinned', { by }));
  return texts;
}

function moderationText({ action, from, member, room, until, reason }: ModerationEntry): string {
  const who = personName(state.value, member, room) ?? t('note.somebody');
  const parts = [tOr(`note.${action}`, 'note.other', { by: from.name, who })];
  if (until !== undefined) parts.push(t('notice.until', { until: momentText(until) }));
  if (reason !== undefined) parts.push(t('note.reason', { reason }));
  return sentencesText(parts);
}
