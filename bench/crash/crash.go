// Package crash holds the tests that take the ground from under the program: power cuts, disks that fail, kills and
// orderly ends under load. It has no code of the product.
//
// A power cut is not a kill: what a killed process wrote is in the kernel's memory and reaches the disk. So the program
// runs under strace, and from the record of its writes and syncs (trace_test.go) the tests rebuild what could be on a
// disk at any moment (disk_test.go): everything that was synced, and of the rest nothing, a part, or torn sectors. Each
// such disk is opened by the store as after a power cut, and must hold what had been acknowledged (oracle_test.go).
package crash
