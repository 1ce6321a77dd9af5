package io.vitrail.text.tokenizer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Cuts texts around added tokens: the leftmost, and of those the longest. Immutable. */
final class AddedTokenTrie {
    private final Map<Character, List<String>> byFirst;

    AddedTokenTrie(Collection<String> tokens) {
        byFirst = tokens.stream()
                .filter(token -> !token.isEmpty())
                .sorted(Comparator.comparing(String::length).reversed())
                .collect(Collectors.groupingBy(token -> token.charAt(0)));
    }

    /** The parts of a text in order, tokens and what is between them; none is empty. */
    List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int at = 0; at < text.length(); ) {
            String token = tokenAt(text, at);
            if (token.isEmpty()) {
                at++;
                continue;
            }
            if (at > start) {
                parts.add(text.substring(start, at));
            }
            parts.add(token);
            at += token.length();
            start = at;
        }
        if (start < text.length()) {
            parts.add(text.substring(start));
        }
        return parts;
    }

    private String tokenAt(String text, int at) {
        for (String token : byFirst.getOrDefault(text.charAt(at), List.of())) {
            if (text.startsWith(token, at)) {
                return token;
            }
        }
        return "";
    }
}
