// Logouts, disabled members, roles, new talks and removals reach every instance, without Redis.
import { certainOver } from './support/certain.mjs';

await certainOver({ redis: false });
