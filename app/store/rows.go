package store

// rowList is a list of rows that only grows, in pieces that never move: a slice would hold all it has twice whenever it grows, and
// up to as much again that is empty. A copy of the list is what it held at that moment, and can be read while it grows.
type rowList struct {
	pieces []*[pieceRows]row
	n      int
}

// pieceRows is how many rows a piece has, so that it fits one of the sizes that Go gives memory in (13 KiB).
const pieceRows = 128

// at returns row i, from 0 to n-1.
func (l *rowList) at(i int) *row { return &l.pieces[i/pieceRows][i%pieceRows] }

// add adds a row at the end.
func (l *rowList) add(r *row) {
	if l.n == len(l.pieces)*pieceRows {
		l.pieces = append(l.pieces, new([pieceRows]row))
	}
	*l.at(l.n) = *r
	l.n++
}

// from returns a copy of the rows from i on.
func (l *rowList) from(i int) (rows []row) {
	for ; i < l.n; i++ {
		rows = append(rows, *l.at(i))
	}
	return rows
}
