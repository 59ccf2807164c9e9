export function typescript() { return ""; }
