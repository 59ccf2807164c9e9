// Why a message is reported: a word that is shown to each reader in their own language, and own words behind it.

export type { Outcome } from '../club/reports.js';
import { t, tOr } from './texts.js';

export const REASONS = ['spam', 'fraud', 'insult', 'off_topic', 'other'] as const;

export function writeReason(reason: (typeof REASONS)[number], words: string): string {
  if (words === '') return reason;
  return reason === 'other' ? words : `${reason}: ${words}`;
}

/** What another client sent stands as it is. */
export function readReason(text: string): string {
  const [, reason = '', words] = /^(spam|fraud|insult|off_topic|other)(?:: ([^]*))?$/.exec(text) ?? [];
  if (reason === '') return text;
  const known = tOr(`report.reason.${reason}`, 'report.reason.other');
  return words === undefined ? known : t('report.reason.with', { reason: known, words });
}
