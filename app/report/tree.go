package report

import (
	"cmp"
	"slices"
	"strings"
)

// tree is one of the two trees of Paths while it grows.
type tree struct {
	pages *grouping // paths
	end   int32     // the group that stands for an end of the visit
	name  string    // of the end
	limit int       // visitors' numbers are below
	nodes []node    // by number; 0 is the moment
	level []int32   // nodes that grow now
	empty []uint64  // scratch for counting
}

// node is a branch while its tree grows.
type node struct {
	group    int32 // of its path, or the tree's end, or otherGroup
	visits   int
	visitors set
	kids     []kid // most visits first; without the other
	other    int32 // node of all other paths; 0: there are none
	next     tallyBy
}

type kid struct{ group, node int32 }

const otherGroup = -1

// tallyBy counts visits by group: in an array where there are enough to be worth it, so that all of them together take
// memory in proportion to the visits, not to the paths of the site.
type tallyBy struct {
	dense  []int32
	sparse map[int32]int32
}

func newTallyBy(visits, groups int) tallyBy {
	if visits*4 < groups {
		return tallyBy{sparse: map[int32]int32{}}
	}
	return tallyBy{dense: make([]int32, groups)}
}

func (t *tallyBy) add(g int32) {
	if t.dense != nil {
		t.dense[g]++
	} else {
		t.sparse[g]++
	}
}

// list returns the groups that have visits.
func (t *tallyBy) list() (list []kid) {
	for g, n := range t.dense {
		if n > 0 {
			list = append(list, kid{int32(g), n})
		}
	}
	for g, n := range t.sparse {
		list = append(list, kid{g, n})
	}
	return list
}

func newTree(pages *grouping, end string, visitors int) *tree {
	t := &tree{pages: pages, end: int32(len(pages.names)), name: end, limit: visitors + 1, nodes: make([]node, 1), level: []int32{0},
		empty: make([]uint64, visitors/64+2)}
	t.nodes[0].next = newTallyBy(t.limit, len(pages.names)+1)
	return t
}

// take counts a visit that is at a node so deep, with the pages around the moment, by group. Of the nodes at the level that
// grows it notes the visitor, and which page comes next; at the last level there is no next. It returns the node at that
// level; gone when the visit is in none.
func (t *tree) take(pages []int32, at int32, depth, level int, who uint32) int32 {
	for ; depth < level; depth++ {
		if at = t.nodes[at].kid(pages[depth]); at == 0 {
			return gone
		}
	}
	n := &t.nodes[at]
	if depth > 0 {
		n.visitors.add(who, t.limit)
	}
	if depth < len(pages) && (depth == 0 || n.group != otherGroup && n.group != t.end) {
		n.next.add(pages[depth])
	}
	return at
}

// gone is where a visit is that is in no branch.
const gone = -1

// around fills groups with the pages of a visit from i to end (exclusive, in steps of 1 or -1). Those of the group here
// come first and don't count, and of others in a row only the first does. After the end, all are the end.
func (t *tree) around(groups []int32, pages []uint32, i, end, step int, here int32) {
	for at := range groups {
		for i != end && t.pages.of[pages[i]] == here {
			i += step
		}
		here = t.end
		if i != end {
			here = t.pages.of[pages[i]]
		}
		groups[at] = here
	}
}

// kid returns the node that visits go on to with a group; 0: there is none.
func (n *node) kid(g int32) int32 {
	for _, k := range n.kids {
		if k.group == g {
			return k.node
		}
	}
	return n.other
}

// settle applies the floor to the nodes of the level that grows, of which the visitors are known now: the small ones go
// into the other of their parent. It returns how many that were.
func (t *tree) settle(floor int) (hidden int) {
	for parent := range t.nodes {
		n := &t.nodes[parent]
		if len(n.kids) == 0 || !slices.Contains(t.level, n.kids[0].node) {
			continue
		}
		hidden += t.fold(n, floor)
	}
	t.level = slices.DeleteFunc(t.level, func(i int32) bool { return i > 0 && t.nodes[i].visits == 0 })
	return hidden
}

// fold folds the small kids of a node.
func (t *tree) fold(n *node, floor int) int {
	groups := make([]int32, 0, len(n.kids)+1)
	for _, k := range n.kids {
		groups = append(groups, k.node)
	}
	if n.other > 0 && t.nodes[n.other].visitors.count(t.empty) < floor {
		groups = append(groups, n.other)
	}
	visitors, names := make([]int, len(groups)), make([]string, len(groups))
	for i, g := range groups {
		visitors[i], names[i] = t.nodes[g].visitors.count(t.empty), t.nameOf(t.nodes[g].group)
	}
	union := func(list []int32) *set {
		var all set
		for _, i := range list {
			t.join(&all, groups[i])
		}
		if n.other > 0 {
			t.join(&all, n.other)
		}
		return &all
	}
	folded := kept(floor, visitors, names, func(list []int32) int { return union(list).count(t.empty) })
	if len(folded) == 0 {
		return 0
	}
	all := union(folded)
	visits, hidden := 0, 0
	for _, i := range folded {
		g := groups[i]
		if g == n.other {
			continue
		}
		visits, hidden = visits+t.nodes[g].visits, hidden+1
		t.nodes[g].visits = 0
		n.kids = slices.DeleteFunc(n.kids, func(k kid) bool { return k.node == g })
	}
	if n.other == 0 {
		n.other = int32(len(t.nodes))
		t.nodes = append(t.nodes, node{group: otherGroup, visits: visits, visitors: *all})
		return hidden
	}
	t.nodes[n.other].visits += visits
	t.nodes[n.other].visitors = *all
	return hidden
}

// join adds the visitors of a node to s.
func (t *tree) join(s *set, at int32) {
	from := &t.nodes[at].visitors
	if from.bits != nil && s.bits == nil {
		s.spread(t.limit)
	}
	s.joinCopy(from, t.limit)
}

// grow gives the nodes of the level their kids: the paths that most visits go on with, and the other.
func (t *tree) grow(top int) {
	var level []int32
	for _, at := range t.level {
		list := t.nodes[at].next.list()
		t.nodes[at].next = tallyBy{}
		slices.SortFunc(list, func(a, b kid) int {
			return cmp.Or(cmp.Compare(b.node, a.node), strings.Compare(t.nameOf(a.group), t.nameOf(b.group)))
		})
		other, kids := 0, []kid(nil)
		for _, k := range list {
			if len(kids) == top || t.nameOf(k.group) == Other {
				other += int(k.node)
				continue
			}
			kids = append(kids, kid{k.group, t.add(k.group, int(k.node))})
			level = append(level, kids[len(kids)-1].node)
		}
		t.nodes[at].kids = kids
		if other > 0 {
			i := t.add(otherGroup, other)
			t.nodes[at].other = i
			level = append(level, i)
		}
	}
	t.level = level
}

// add adds a node.
func (t *tree) add(group int32, visits int) int32 {
	n := node{group: group, visits: visits}
	if group != otherGroup && group != t.end {
		n.next = newTallyBy(visits, len(t.pages.names)+1)
	}
	t.nodes = append(t.nodes, n)
	return int32(len(t.nodes) - 1)
}

func (t *tree) nameOf(group int32) string {
	switch group {
	case otherGroup:
		return Other
	case t.end:
		return t.name
	}
	return t.pages.names[group]
}

// branches returns the kids of a node of so many visits.
func (t *tree) branches(at int32, visits int) []Branch {
	n := &t.nodes[at]
	var list []Branch
	for _, k := range append(slices.Clone(n.kids), kid{otherGroup, n.other}) {
		if k.node == 0 {
			continue
		}
		from := &t.nodes[k.node]
		list = append(list, Branch{Name: t.nameOf(k.group), Visits: from.visits, Visitors: from.visitors.count(t.empty),
			Share: 100 * float64(from.visits) / float64(visits), Branches: t.branches(k.node, from.visits)})
	}
	return list
}
