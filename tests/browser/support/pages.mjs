// Every page and dialog of the club, each as one line that opens it: for what must be true of all of them.
import assert from 'node:assert/strict';
import { clientId } from '../../wire/support/club.mjs';
import { Visitor, catalog, until } from './browser.mjs';

const ROOM = 'kz.fintech';
const PERSIAN = 'سلام! پروژهٔ ما در Almaty ۳ انبار و 25% سود دارد.';
const URDU = 'ہمیں چین (China) سے 40 ٹن مال چاہیے۔';
const WORDS = ['Добрый день, ищем партнёров', '我们在上海寻找物流合作伙伴，见https://example.com/a。', PERSIAN, URDU, 'Shorter terms, please'];

async function post(line, text, more = {}) {
  const { seq } = await line.call('message.post', { room: ROOM, client_id: clientId('page'), text, ...more });
  return seq;
}

/** What the pages show: messages in several scripts, a reply, an edit, reactions, a mention, a removed one, a talk, a ban. */
export async function furnish(club) {
  const [anna, bo] = [await club.connect('anna'), await club.connect('bo')];
  const [first] = [await post(anna, WORDS[0])];
  for (const text of WORDS.slice(1)) await post(bo, text);
  await post(bo, '@admin 您好', { reply_to: first });
  await bo.call('message.react', { room: ROOM, seq: first, emoji: '🤝', on: true });
  await anna.call('message.edit', { room: ROOM, seq: first, text: `${WORDS[0]}!` });
  const removed = await post(bo, 'to be removed');
  await bo.call('message.remove', { room: ROOM, seq: removed });
  const admin = await club.connect('admin');
  await admin.call('room.open', { country: 'kz', sector: 'fintech' });
  const { room } = await admin.call('direct.open', { member: bo.welcome.member.id });
  await bo.call('message.post', { room: room.room, client_id: clientId('page'), text: '@admin 您好' });
  await post(admin, 'My own words');
  await admin.call('member.ban', { member: bo.welcome.member.id, room: 'uz', for: 3600, reason: 'третий раз за день 今天第三次' });
  await bo.call('report.send', { room: ROOM, seq: first, client_id: clientId('page'), reason: 'третий раз за день 今天第三次' });
}

/** By way of the list of rooms, so that nothing is left of what was open before. */
const open = async (visitor, path) => {
  await visitor.open('/#/');
  await visitor.log.waitFor({ state: 'detached' });
  if (path !== '/#/') await visitor.open(path);
};

const inRoom = async (visitor) => {
  await open(visitor, `/#/room/${ROOM}`);
  await visitor.message('My own words').waitFor();
};

/** A page that needs nothing but its address, with what it loads. */
const named = async (visitor, own, path, name) => {
  await open(visitor, path);
  const main = visitor.page.getByRole('main');
  await main.locator('h1:not(#later-heading)', name ? { hasText: name } : {}).waitFor();
  await until(async () => assert.equal(await main.getByText(own['people.loading']).count(), 0));
};

/** A message's buttons. */
const over = async (visitor, text) => {
  await inRoom(visitor);
  await visitor.pointAt(text);
};

/** One of a message's buttons, whose name ends in its author's. */
const pressBehind = async (visitor, text, key, own) => {
  await over(visitor, text);
  await visitor.page.getByRole('toolbar').getByRole('button', { name: own[key].replace('{name}', '').trim() }).click();
  await visitor.page.getByRole('dialog').waitFor();
};

const press = async ({ page }, name, scope = page) => scope.getByRole('button', { name, exact: true }).click();

/** As a guest. `own`: the words of the visitor's language; `link`: an invitation. */
const outsidePages = {
  'log in': async (visitor, own) => {
    await open(visitor, '/');
    await visitor.page.getByRole('heading', { name: own['login.heading'] }).waitFor();
  },
  'an invitation': async (visitor, own, { link }) => {
    await open(visitor, link);
    await visitor.page.getByRole('button', { name: own['join.submit'], exact: true }).waitFor();
  },
  'a void invitation': async (visitor, own) => {
    await open(visitor, '/#invite=' + 'A'.repeat(43));
    await visitor.page.getByRole('alert').getByText(own['reason.invite_void']).waitFor();
  },
};

/** As an admin, who sees everything. */
const insidePages = {
  'the rooms': async (visitor, own) => {
    await open(visitor, '/#/');
    await visitor.page.getByRole('navigation', { name: own['rooms.label'] }).waitFor();
  },
  'rooms found': async (visitor, own) => {
    await open(visitor, '/#/');
    await visitor.page.getByRole('searchbox', { name: own['rooms.find'] }).fill('fin');
    await visitor.page.getByRole('region', { name: own['rooms.found'] }).waitFor();
  },
  'a room': inRoom,
  'a message and its buttons': (visitor) => over(visitor, WORDS[0]),
  reactions: async (visitor, own) => {
    await over(visitor, WORDS[0]);
    await press(visitor, own['message.react'], visitor.page.getByRole('toolbar'));
    await visitor.page.getByRole('group', { name: own['reactions.pick'] }).waitFor();
  },
  'all emoji': async (visitor, own) => {
    await inRoom(visitor);
    await press(visitor, own['composer.emoji']);
    await visitor.page.locator('emoji-picker').getByRole('menuitem').first().waitFor();
  },
  'an answer': async (visitor, own) => {
    await over(visitor, PERSIAN);
    await press(visitor, own['message.reply']);
    await visitor.page.getByTestId('mode').waitFor();
  },
  'a question': async (visitor, own) => {
    await over(visitor, 'My own words');
    await press(visitor, own['message.remove']);
    await visitor.page.getByRole('dialog').waitFor();
  },
  'to moderate a member': (visitor, own) => pressBehind(visitor, PERSIAN, 'moderate.label', own),
  'who is here': async (visitor, own) => {
    await inRoom(visitor);
    await press(visitor, own['people.label']);
    await visitor.page.getByText(own['people.you']).waitFor();
  },
  'a card': async (visitor, own) => {
    await open(visitor, '/#/');
    await open(visitor, await visitor.page.locator('a.account-name').evaluate((link) => `/${link.hash}`));
    await visitor.page.getByRole('button', { name: own['card.change'] }).waitFor();
  },
  'a card that is being changed': async (visitor, own) => {
    await insidePages['a card'](visitor, own);
    await press(visitor, own['card.change']);
    await visitor.page.getByRole('button', { name: own['card.save'] }).waitFor();
  },
  'messages found': async (visitor, own) => {
    await named(visitor, own, '/#/search', own['search.heading']);
    await visitor.page.getByRole('searchbox', { name: own['search.text'] }).fill('合作');
    await visitor.page.getByRole('main').locator('.hits li').first().waitFor();
  },
  reports: async (visitor, own) => {
    await named(visitor, own, '/#/reports', own['reports.heading']);
    await visitor.page.locator('[data-report]').waitFor();
  },
  'a raid': async (visitor, own) => {
    await insidePages['the log of acts'](visitor, own);
    await press(visitor, own['raid.on']);
    await visitor.page.getByRole('dialog').waitFor();
  },
  'all rooms': async (visitor, own) => {
    await named(visitor, own, '/#/find-rooms', own['find_rooms.heading']);
    await visitor.page.getByRole('main').locator('.found li').first().waitFor();
  },
  directory: (visitor, own) => named(visitor, own, '/#/directory', own['directory.heading']),
  account: (visitor, own) => named(visitor, own, '/#/account', own['account.heading']),
  'about a room': (visitor, own) => named(visitor, own, `/#/about/${ROOM}`),
  'a new room': (visitor, own) => named(visitor, own, '/#/new-room', own['new_room.heading']),
  'the log of acts': (visitor, own) => named(visitor, own, '/#/audit', own['audit.heading']),
  'who invited whom': async (visitor, own) => {
    await named(visitor, own, '/#/tree', own['tree.heading']);
    await visitor.page.getByRole('main').getByRole('link', { name: own['tree.branch_of'].replace('{name}', '王博') }).click();
    await visitor.page.getByRole('button', { name: own['freeze.on'] }).waitFor();
  },
  'the muted and banned': async (visitor, own) => {
    await named(visitor, own, '/#/sanctions', own['sanctions.heading']);
    await visitor.page.locator('[data-sanction]').waitFor();
  },
  'a card and what moderators can do': async (visitor, own) => {
    await insidePages['the muted and banned'](visitor, own);
    await visitor.page.getByRole('main').getByRole('link', { name: '王博' }).click();
    await visitor.page.getByRole('button', { name: own['freeze.on'] }).waitFor();
  },
  invitations: async (visitor, own) => {
    await open(visitor, '/#/invites');
    await press(visitor, own['invites.make']);
    await visitor.page.getByRole('textbox', { name: own['invites.link'] }).waitFor();
    await press(visitor, own['invites.code']);
    await visitor.page.getByRole('img', { name: own['invites.code_label'] }).waitFor();
  },
};

/** As a member, who has what moderators have no need of. */
const memberPages = {
  'to report a message': (visitor, own) => pressBehind(visitor, PERSIAN, 'report.label', own),
  "somebody's card": async (visitor, own) => {
    await inRoom(visitor);
    const card = await visitor.log.getByRole('link', { name: '王博' }).evaluate((link) => `/${link.hash}`);
    await open(visitor, card);
    await visitor.page.getByRole('heading', { level: 1, name: '王博' }).waitFor();
  },
};

async function look(pages, visitor, own, link, check) {
  const wrong = [];
  for (const [name, show] of Object.entries(pages)) {
    await show(visitor, own, { link });
    wrong.push(...(await check(visitor.page, name)).map((fault) => `${name}: ${fault}`));
  }
  return wrong;
}

/** All pages, as a guest, an admin and a member; what `check` finds wrong with each, with the page's name. */
export async function walk(club, { language, ...options }, check) {
  const own = catalog(language);
  const link = (await club.command(['invite', '--uses', '9'])).trim();
  const guest = await Visitor.arrive(club, { ...options, lineBreaks: true }); // the browser notes that a void invitation was not found
  const wrong = await look(outsidePages, guest, own, link, check);
  const admin = await Visitor.arrive(club, options);
  await admin.hasSession('admin');
  const member = await Visitor.arrive(club, options);
  await member.hasSession('anna');
  return [...wrong, ...(await look(insidePages, admin, own, link, check)), ...(await look(memberPages, member, own, link, check))];
}
