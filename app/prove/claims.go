package prove

// Claims are all promises, in the order in which they are told.
var Claims = []Claim{
	{1, "No full address of a visitor is ever on disk", addressNeverOnDisk},
	{2, "Nothing leaves the browser from a page that is refused", refusedPagesSendNothing},
	{3, "Fragments, and query values that the site does not allow, never leave the browser", queriesStayInTheBrowser},
	{4, "Personal data in addresses, titles, referrers and events never reaches the disk", patternsNeverOnDisk},
	{5, "Nothing is kept on the device without cookies, or before consent", nothingOnTheDevice},
	{6, "The cookie dies 13 months after the first visit and is never renewed", cookieDies},
	{7, "An erasure removes all of a visitor, also from copies and from what is restored, and its receipt is true", erasureIsWhole},
	{8, "Nothing is kept longer than the site says", nothingOutlivesItsTime},
	{9, "One customer can neither read nor change what is another's", strangersSeeNothing},
	{10, "No row or figure to which the floor applies is about fewer visitors than it, and neither is what is left of the total", noSmallGroups},
	{11, "Heatmaps know of no visitor", heatmapsKnowNobody},
	{12, "Nothing is sent to anybody else", nothingIsSent},
	{13, "Yesterday's salt is gone", saltIsGone},
	{14, "The documents match the configuration", documentsMatch},
	{15, "Who opts out is not counted, and a browser with Global Privacy Control or Do Not Track is not recognised by a cookie", objectionsAreObeyed},
	{16, "The data can't be reached but through the program", dataIsClosed},
}
