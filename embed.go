package main

import "embed"

// assets is what the binary carries: the tracker's readable source, and static/ with its minified blocks, the style sheet
// and scripts of the interface, the country table and the map.
//
//go:embed tracker.js static
var assets embed.FS
