// All emoji, to search and choose from; loaded when it is opened.

import { useEffect, useRef, useState } from 'preact/hooks';
import Picker from 'emoji-picker-element/picker.js';
import type { I18n } from 'emoji-picker-element/shared.js';
import english from 'emoji:en';
import russian from 'emoji:ru';
import chinese from 'emoji:zh';
import { language } from '../app/texts.js';
import type { Language } from '../app/texts.js';
import { Problem } from './parts.js';

interface Words {
  i18n: I18n;
  dataSource: string;
}

const LOADERS: Record<Language, () => Promise<Words>> = {
  en: async () => ({ i18n: (await import('emoji-picker-element/i18n/en.js')).default, dataSource: english }),
  ru: async () => ({ i18n: (await import('emoji-picker-element/i18n/ru_RU.js')).default, dataSource: russian }),
  zh: async () => ({ i18n: (await import('emoji-picker-element/i18n/zh_CN.js')).default, dataSource: chinese }),
};

export function AllEmoji({ pick }: { pick(emoji: string): void }) {
  const place = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let picker: Picker | null = null;
    let gone = false;
    const locale = language.peek();
    LOADERS[locale]().then(
      (words) => {
        if (gone) return;
        picker = new Picker({ locale, ...words });
        picker.addEventListener('emoji-click', ({ detail }) => {
          if (detail.unicode !== undefined) pick(detail.unicode);
        });
        place.current?.append(picker);
        focusSearch(picker);
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      picker?.remove();
    };
  }, []);
  return (
    <div ref={place} class="all-emoji">
      {failed ? <Problem reason="unreachable" /> : null}
    </div>
  );
}

/** Where a keyboard would not cover what one came to see. The picker draws itself a moment later. */
function focusSearch(picker: Picker): void {
  if (!matchMedia('(pointer: fine)').matches) return;
  const search = picker.shadowRoot?.querySelector<HTMLElement>('input[type=search]');
  if (search) search.focus();
  else requestAnimationFrame(() => picker.isConnected && focusSearch(picker));
}
