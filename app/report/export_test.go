package report

// SetSecondWorker sets from how much work on a second goroutine helps, and returns what it was.
func SetSecondWorker(n int) (old int) {
	old, secondWorker = secondWorker, n
	return old
}

// SetSweepFrom sets from how much on chains of funnels are swept, and returns what it was.
func SetSweepFrom(n int) (old int) {
	old, sweepFrom = sweepFrom, n
	return old
}

// SetMostKept sets how much is kept of the visits of Paths, and returns what it was.
func SetMostKept(n int) (old int) {
	old, mostKept = mostKept, n
	return old
}

// SetBudget sets how much room the sets of one scan may take, and returns what it was.
func SetBudget(n int) (old int) {
	old, setBudget = setBudget, n
	return old
}

// SetSmallBlock sets up to which size all columns of a block are read at once, and returns what it was.
func SetSmallBlock(n int) (old int) {
	old, smallBlock = smallBlock, n
	return old
}
