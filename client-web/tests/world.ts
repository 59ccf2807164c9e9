// A club's client over a server and a clock of the tests' own, and what the page would show of it.
import { Club } from '../src/club/club.js';
import type { TabNews } from '../src/club/parts.js';
import type { Member } from '../src/protocol/types.js';
import type { ClubState } from '../src/state/club.js';
import { timeline } from '../src/state/timeline.js';
import { FakeClock } from './fake-clock.js';
import { FakeClub } from './fake-club.js';
import { FakeVault, Turns } from './fake-vault.js';

export const ROOM = 'kz.fintech';

export class World {
  readonly clock = new FakeClock();
  readonly server = new FakeClub(this.clock);
  readonly me = this.server.addMember('m1', 'aigerim', 'Айгерим Сатпаева');
  readonly other = this.server.addMember('m2', 'wang', '王伟', { country: 'cn' });
  readonly vault = new FakeVault();
  readonly turns = new Turns(this.clock);
  readonly ended: string[] = [];
  session: 'session' | 'no_session' | 'unreachable' = 'session';
  /** Hears every change of every client. */
  changed: (club: Club, state: ClubState) => void = () => {};
  #ids = 0;

  /** Clients with the same vault are tabs of one browser. */
  client(member: Member = this.me, vault: FakeVault = this.vault, random: () => number = () => 0.5): Club {
    const club: Club = new Club(member, {
      openSocket: (events) => this.server.connect(member, events),
      checkSession: () => Promise.resolve(this.session),
      clock: this.clock,
      random,
      vault: vault.tab(),
      locks: this.turns,
      tabs: { tell: (news) => vault.tell(club, news) },
      newId: () => `${member.id}-${this.#ids++}`,
      changed: (state) => this.changed(club, state),
      ended: (why) => this.ended.push(why),
    });
    vault.listen(club, (news: TabNews) => club.told(news));
    void club.start();
    return club;
  }

  async inRoom(): Promise<Club> {
    const club = this.client();
    await this.clock.pass(10);
    club.open(ROOM);
    await this.clock.pass(10);
    return club;
  }

  /** With the room on the member's list. */
  async withRoom(): Promise<Club> {
    const club = this.client();
    await this.clock.pass(10);
    club.want(ROOM, { country: 'kz', sector: 'fintech' });
    await this.clock.pass(10);
    return club;
  }

  says(text: string, more: object = {}): number {
    const params = { room: ROOM, client_id: `o${this.#ids++}`, text, ...more };
    return (this.server.act(this.other, 'message.post', params) as { seq: number }).seq;
  }
}

export function shown(club: Club, room = ROOM): string[] {
  const { logs, posts, acts } = club.state;
  const log = logs.get(room);
  if (log === undefined) return [];
  return timeline({ log, posts, acts, newAfter: null, dayOf: () => '' }).flatMap((row) => {
    if (row.kind === 'message') return [row.message.text];
    return row.kind === 'post' ? [`(${row.post.stage}) ${row.post.text}`] : [];
  });
}
