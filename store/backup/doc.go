// Package backup reads and writes backups of the store: one file, sealed by age (https://age-encryption.org/v1) to a
// passphrase or to recipients, around one JSON object; and, to share a bug, a plain report without any secret.
//
// cmd calls it and hands it what [authdeck/store.Bolt.Dump] read, or [authdeck/store.Bolt.Merge] what it read. What must
// never be here: a backup in the plain, a passphrase or token in an error, and a file that is half written or open to others.
//
// The object begins {"authdeck":"backup","version":1,…}. A reader refuses a higher version before it looks at the rest, and
// steps over members that it does not know. Texts are JSON strings, or {"base64":"…"} where they are not UTF-8.
//
// What a reader takes at most: 1 GiB in all, 10 MiB a record, a scrypt work factor of 20 (1 GiB of memory, about 4 s);
// authdeck itself writes 18 (256 MiB, about 1 s).
//
// age proves that nobody without the passphrase made or changed the file. To recipients anybody can write: such a backup
// is as good as the place that it lay in.
package backup
