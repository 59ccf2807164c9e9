import { memberHref } from '../app/address.js';
import { originText } from '../app/names.js';
import { club, state } from '../app/session.js';
import { momentText, t, timeText, tOr } from '../app/texts.js';
import type { Message } from '../state/message.js';
import type { Standing } from '../state/club.js';
import type { Post } from '../state/pending.js';
import { Icon } from './icons.js';
import { Avatar } from './parts.js';
import { Reactions } from './reactions.js';
import { Text } from './text.js';
import { Toolbar } from './toolbar.js';

/** What a row can ask of the log that it stands in. */
export interface RowActions {
  reply(message: Message): void;
  edit(message: Message): void;
  remove(message: Message): void;
  moderate(message: Message): void;
  report(message: Message): void;
  goTo(seq: number): void;
}

interface MessageRowProps {
  room: string;
  message: Message;
  own: boolean;
  follows: boolean;
  acting: boolean;
  active: boolean;
  moderates: boolean;
  /** The message that it answers, as far as known; part of the props so that the row follows it. */
  quoted: Message | null | undefined;
  login: string;
  mentioned: boolean;
  actions: RowActions;
}

export function MessageRow(props: MessageRowProps) {
  const { message, own, follows, active, mentioned, acting } = props;
  const classes = ['message', own ? 'own' : 'others', follows ? 'follows' : 'leads'];
  if (mentioned) classes.push('mentions-me');
  if (active) classes.push('active');
  if (acting) classes.push('acting');
  return (
    <article
      class={classes.join(' ')}
      data-key={message.seq}
      data-seq={message.seq}
      tabIndex={active ? 0 : -1}
      aria-label={t('message.label', { name: message.from.name, time: timeText(message.at) })}
    >
      {own || follows ? null : <Face message={message} />}
      <div class="bubble">
        {own || follows ? null : <Sender message={message} active={active} />}
        {message.replyTo === null || message.removed ? null : <Quote {...props} />}
        <div class="body" dir="auto">
          {message.removed ? (
            <Removed reason={message.reason} />
          ) : (
            <Text text={message.text} mentions={message.mentions.length > 0} login={props.login} />
          )}
          <Foot message={message} own={own} acting={acting} />
        </div>
        <Reactions room={props.room} message={message} active={active} />
      </div>
      {active && !message.removed ? (
        <Toolbar room={props.room} message={message} own={own} moderates={props.moderates} actions={props.actions} />
      ) : null}
    </article>
  );
}

/** Leads to the card by a click; by keyboard the name does. */
function Face({ message: { from } }: { message: Message }) {
  return (
    <a class="face" href={memberHref(from.id)} tabIndex={-1} aria-hidden="true">
      <Avatar id={from.id} name={from.name} />
    </a>
  );
}

function Sender({ message, active }: { message: Message; active: boolean }) {
  return (
    <p class="sender">
      <a class="sender-name" dir="auto" href={memberHref(message.from.id)} tabIndex={active ? 0 : -1}>
        {message.from.name}
      </a>
      <span class="sender-origin" dir="auto">
        {originText(message.from)}
      </span>
    </p>
  );
}

function Removed({ reason }: { reason: string | null }) {
  return <span class="removed">{reason === null ? t('message.removed') : t('message.removed_why', { reason })}</span>;
}

/** Stands at the end of the last line where it fits. */
function Foot({ message, own, acting }: { message: Message; own: boolean; acting: boolean }) {
  const edited = message.editedAt !== null && !message.removed;
  return (
    <span class="foot">
      {edited && message.editedAt !== null ? (
        <span title={momentText(message.editedAt)}>{t('message.edited')} </span>
      ) : null}
      {acting ? <span>{t('message.saving')} </span> : null}
      <time dateTime={message.at} title={momentText(message.at)}>
        {timeText(message.at)}
      </time>
      {own && !acting && !message.removed ? (
        <span class="sent" role="img" aria-label={t('message.sent')}>
          <Icon name="check" />
        </span>
      ) : null}
    </span>
  );
}

function quoteText(quoted: Message | null | undefined): string {
  if (quoted === undefined) return t('quote.loading');
  if (quoted === null) return t('quote.missing');
  return quoted.removed ? t('message.removed') : quoted.text;
}

function Quote({ message, quoted, actions, active }: MessageRowProps) {
  const seq = message.replyTo ?? 0;
  return (
    <button type="button" class="quote" onClick={() => actions.goTo(seq)} tabIndex={active ? 0 : -1}>
      <span class="visually-hidden">{t('quote.label')}</span>
      <strong dir="auto">{quoted?.from.name ?? ''}</strong>
      <span dir="auto">{quoteText(quoted)}</span>
    </button>
  );
}

interface PostRowProps {
  post: Post;
  follows: boolean;
  line: Standing;
}

/** In a direct talk there is one right that one may lack. */
function failureOf(post: Post): string {
  return post.reason === 'forbidden' && post.room.startsWith('dm.') ? 'talk_closed' : (post.reason ?? '');
}

/** Nothing that its author does now changes what becomes of it. */
function isHeld(post: Post): boolean {
  return post.reason === 'held' || post.reason === 'held_dropped';
}

/** Asked again, it goes on waiting for the same thing until there is an answer. */
function stageText(post: Post, line: Standing): string {
  if (post.stage === 'failed' && post.reason === 'held') return t('post.held', { reason: t('reason.held') });
  if (post.stage === 'failed') return t('post.failed', { reason: tOr(`reason.${failureOf(post)}`, 'reason.unknown') });
  if (post.stage === 'sent' || line === 'breaking') return t('post.sending');
  if (line === 'lost') return t('post.waiting_line');
  if (post.reason === 'unavailable') return t('post.waiting_server');
  if (post.reason !== null) return t('post.waiting', { reason: tOr(`reason.${post.reason}`, 'reason.unknown') });
  return post.stage === 'waiting' ? t('post.waiting_turn') : t('post.sending');
}

/** A message of the reader's own that the server has not confirmed. */
export function PostRow({ post, follows, line }: PostRowProps) {
  const failed = post.stage === 'failed';
  const { me } = state.value;
  return (
    <article
      class={`message own post ${follows ? 'follows' : 'leads'} ${failed ? 'failed' : ''}`}
      data-key={`post ${post.clientId}`}
      data-stage={post.stage}
      aria-label={t('message.label', { name: me.name, time: timeText(post.at) })}
    >
      <div class="bubble">
        <div class="body" dir="auto">
          <Text text={post.text} mentions={false} login="" />
          <span class="foot" role={failed ? 'alert' : undefined}>
            <Icon name={failed ? 'warning' : 'clock'} />
            <span>{stageText(post, line)}</span>
          </span>
        </div>
        {failed || (post.stage === 'waiting' && line === 'lost') ? (
          <p class="post-actions">
            {failed && !isHeld(post) ? (
              <button type="button" class="link" onClick={() => club().retry(post.clientId)}>
                {t('post.retry')}
              </button>
            ) : null}
            <button type="button" class="link" onClick={() => club().discard(post.clientId)}>
              {t('post.discard')}
            </button>
          </p>
        ) : null}
      </div>
    </article>
  );
}
