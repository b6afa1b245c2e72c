package store

import (
	"slices"
	"strings"
)

// What a dictionary takes on one UTC day. Further values become OtherValue, so that a flood of made-up paths can't fill the memory
// or the disk.
const (
	dictCap  = 50_000  // new values
	dictText = 6 << 20 // bytes in them
)

// dict is one dictionary of a site, in memory: values to ids, given out in order of first sight. Only the writer changes
// it. Readers hold values[:n] of a moment; ids are never given twice, so what they hold stays right.
type dict struct {
	values []string // by id; values[0] is the empty value, as are those whose entries were dropped
	ids    map[string]uint32
	fresh  int    // new values on day
	text   int    // bytes in them
	day    int64  // UTC day that fresh and text count, in days since 1970
	saved  int    // values[:saved] are in the file
	room   []byte // to put a value together in
}

func newDict(fields int) *dict {
	empty := strings.Repeat(FieldSep, fields-1)
	return &dict{values: []string{empty}, ids: map[string]uint32{empty: 0}, saved: 1}
}

// dictFields is the number of fields of each dictionary's values.
var dictFields = [NumDims]int{Pages: 3, Origins: 8, Places: 3, Agents: 6, Languages: 1, Screens: 1, Events: 1, Props: 1, Currencies: 1}

// id returns the id of a value, given by its fields, new if need be; on a day that has had its share of new ones, that of OtherValue.
func (d *dict) id(day int64, fields []string) uint32 {
	d.room = append(d.room[:0], fields[0]...)
	for _, f := range fields[1:] {
		d.room = append(append(d.room, FieldSep...), f...)
	}
	if id, ok := d.ids[string(d.room)]; ok { // no text is made for that
		return id
	}
	value := string(d.room)
	if day != d.day {
		d.day, d.fresh, d.text = day, 0, 0
	}
	if d.fresh >= dictCap || d.text+len(value) > dictText {
		value = OtherValue + strings.Repeat(FieldSep+OtherValue, len(fields)-1)
		if id, ok := d.ids[value]; ok {
			return id
		}
	}
	d.fresh++
	d.text += len(value)
	return d.add(value)
}

func (d *dict) add(value string) uint32 {
	id := uint32(len(d.values))
	d.values = append(d.values, value)
	d.ids[value] = id
	return id
}

// maxGap is how many neighbours among the ids of a dictionary may be missing: a damaged file must not fill the memory.
const maxGap = 1 << 24

// load takes an entry from the file; entries come in order of their ids. Ids that are missing, and entries without a
// text, were dropped. It reports whether there is room for the entry.
func (d *dict) load(id int, value string) bool {
	if id < len(d.values) || id > len(d.values)+maxGap {
		return false
	}
	for len(d.values) < id || value == "" && len(d.values) == id {
		d.values = append(d.values, d.values[0])
	}
	if value != "" {
		d.add(value)
	}
	d.saved = len(d.values)
	return true
}

// drop forgets the entries with those ids. Whoever reads the values of before goes on reading them.
func (d *dict) drop(ids []uint32) {
	d.values = slices.Clone(d.values)
	for _, id := range ids {
		delete(d.ids, d.values[id])
		d.values[id] = d.values[0]
	}
}

// undo forgets the values that are not in the file: their transaction failed.
func (d *dict) undo() {
	for _, v := range d.values[d.saved:] {
		delete(d.ids, v)
		d.text = max(0, d.text-len(v))
	}
	d.fresh = max(0, d.fresh-(len(d.values)-d.saved))
	d.values = d.values[:d.saved:d.saved]
}

// dicts are all dictionaries of a site.
type dicts [NumDims]*dict

func newDicts() (all dicts) {
	for dim := range all {
		all[dim] = newDict(dictFields[dim])
	}
	return all
}

func (all *dicts) id(dim Dim, day int64, fields ...string) uint32 {
	return all[dim].id(day, fields)
}

// settle notes that new values are in the file, or forgets them when err says that they could not be written.
func (all *dicts) settle(err error) {
	for _, d := range all {
		if err != nil {
			d.undo()
		} else {
			d.saved = len(d.values)
		}
	}
}

// view returns the values as they are now, for a snapshot.
func (all *dicts) view() (v [NumDims][]string) {
	for dim, d := range all {
		v[dim] = d.values[:d.saved:d.saved]
	}
	return v
}

// encode turns a hit into a row with dictionary ids, but for its page view, which the site numbers.
func (all *dicts) encode(h *Hit) row {
	day := h.Time / daySeconds
	r := row{kind: h.Kind, time: h.Time, start: h.Start, seq: h.Seq, visitor: h.Visitor, lasting: h.Lasting,
		visit: h.Visit, vtype: h.Type}
	if h.Kind == Engage {
		r.engaged, r.scroll = h.Engaged, h.Scroll
		return r
	}
	o, a := &h.Origin, &h.Agent
	r.page = all.id(Pages, day, h.Page.Host, h.Page.Path, h.Page.Title)
	r.origin = all.id(Origins, day, o.Source, o.Channel, o.Referrer, o.UTMSource, o.UTMMedium, o.UTMCampaign, o.UTMContent, o.UTMTerm)
	r.place = all.id(Places, day, h.Place.Country, h.Place.Region, h.Place.City)
	r.agent = all.id(Agents, day, a.Browser, a.BrowserVersion, a.OS, a.OSVersion, a.Device, a.Model)
	r.language = all.id(Languages, day, h.Language)
	r.screen = all.id(Screens, day, h.Screen)
	if h.Kind == Event {
		r.name = all.id(Events, day, h.Name)
		r.props = all.id(Props, day, h.Props)
		r.currency = all.id(Currencies, day, h.Currency)
		r.amount = h.Amount
	}
	return r
}
