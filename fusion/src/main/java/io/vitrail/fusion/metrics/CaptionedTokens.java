package io.vitrail.fusion.metrics;

import java.util.List;

/** What is said of one picture: a candidate, and at least one reference to compare it with. */
record CaptionedTokens(List<String> candidate, List<List<String>> references) {}
