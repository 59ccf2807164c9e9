// Every page and dialog of the club, each as one line that opens it: for what must be true of all of them.
import { clientId } from '../../wire/support/club.mjs';
import { Visitor, catalog } from './browser.mjs';

const ROOM = 'kz.fintech';
const PERSIAN = 'سلام! پروژهٔ ما در Almaty ۳ انبار و 25% سود دارد.';
const URDU = 'ہمیں چین (China) سے 40 ٹن مال چاہیے۔';
const WORDS = ['Добрый день, ищем партнёров', '我们在上海寻找物流合作伙伴，见https://example.com/a。', PERSIAN, URDU, 'Shorter terms, please'];

async function post(line, text, more = {}) {
  const { seq } = await line.call('message.post', { room: ROOM, client_id: clientId('page'), text, ...more });
  return seq;
}

/** What the pages show: messages in several scripts, a reply, an edit, reactions, a mention, a removed one, a talk. */
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

/** A page that needs nothing but its address. */
const named = async (visitor, path, name) => {
  await open(visitor, path);
  await visitor.page.getByRole('main').getByRole('heading', { level: 1, ...(name ? { name } : {}) }).waitFor();
};

/** A message's buttons. */
const over = async (visitor, text) => {
  await inRoom(visitor);
  await visitor.pointAt(text);
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
  directory: (visitor, own) => named(visitor, '/#/directory', own['directory.heading']),
  account: (visitor, own) => named(visitor, '/#/account', own['account.heading']),
  'about a room': (visitor) => named(visitor, `/#/about/${ROOM}`),
  'a new room': (visitor, own) => named(visitor, '/#/new-room', own['new_room.heading']),
  'the log of acts': (visitor, own) => named(visitor, '/#/audit', own['audit.heading']),
  invitations: async (visitor, own) => {
    await open(visitor, '/#/invites');
    await press(visitor, own['invites.make']);
    await visitor.page.getByRole('textbox', { name: own['invites.link'] }).waitFor();
    await press(visitor, own['invites.code']);
    await visitor.page.getByRole('img', { name: own['invites.code_label'] }).waitFor();
  },
};

async function look(pages, visitor, own, link, check) {
  const wrong = [];
  for (const [name, show] of Object.entries(pages)) {
    await show(visitor, own, { link });
    wrong.push(...(await check(visitor.page)).map((fault) => `${name}: ${fault}`));
  }
  return wrong;
}

/** All pages, as a guest and as an admin; what `check` finds wrong with each, with the page's name. */
export async function walk(club, { language, ...options }, check) {
  const own = catalog(language);
  const link = (await club.command(['invite', '--uses', '9'])).trim();
  const guest = await Visitor.arrive(club, { ...options, lineBreaks: true }); // the browser notes that a void invitation was not found
  const wrong = await look(outsidePages, guest, own, link, check);
  const admin = await Visitor.arrive(club, options);
  await admin.hasSession('admin');
  return [...wrong, ...(await look(insidePages, admin, own, link, check))];
}
