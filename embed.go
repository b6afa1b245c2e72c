package main

import (
	"embed"

	"sandprint/app"
)

// files are the tracker's readable source, and static/ with its minified blocks, the style sheet and scripts of the
// interface and the map.
//
//go:embed tracker.js static/tracker static/*.css static/*.js static/*.svg
var files embed.FS

// countries is the country table. It is not among the files: reading it from there would copy it into memory.
//
//go:embed static/country.bin
var countries []byte

// assets is what the binary carries.
var assets = app.Assets{FS: files, Countries: countries}
