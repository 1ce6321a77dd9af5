package io.vitrail.text.tokenizer;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * All tokens and their ids: those of the model, and those that were added. Immutable.
 *
 * <p>Added tokens get their ids as the tokenizers library gives them: the model's where it knows the token, else the
 * next one behind all others, whatever a file says.
 */
final class Vocabulary {
    private final Map<String, Integer> ids;
    private final Map<Integer, String> tokens = new HashMap<>();
    private final Map<String, Integer> addedIds = new LinkedHashMap<>();
    private final Map<Integer, AddedToken> added = new HashMap<>();

    /**
     * @param ids of the model's tokens
     * @param addedTokens in the order in which they are added
     */
    Vocabulary(Map<String, Integer> ids, List<AddedToken> addedTokens) {
        this.ids = ids;
        ids.forEach((token, id) -> tokens.put(id, token));
        int next = ids.size();
        for (AddedToken token : addedTokens) {
            if (token.content().isEmpty() || addedIds.containsKey(token.content())) {
                continue;
            }
            Integer known = ids.get(token.content());
            int id = known == null ? next : known;
            next = Math.max(next, id + 1);
            addedIds.put(token.content(), id);
            added.put(id, token);
        }
    }

    /** The id of a token. */
    OptionalInt id(String token) {
        Integer id = addedIds.getOrDefault(token, ids.get(token));
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The token of an id. */
    Optional<String> token(long id) {
        int key = (int) id;
        AddedToken token = added.get(key);
        return key != id ? Optional.empty() : Optional.ofNullable(token == null ? tokens.get(key) : token.content());
    }

    /** The added token of an id. */
    Optional<AddedToken> added(long id) {
        return (int) id == id ? Optional.ofNullable(added.get((int) id)) : Optional.empty();
    }

    /** Texts of the added tokens, in the order of their adding. */
    Set<String> addedTokens() {
        return addedIds.keySet();
    }

    /** Tokens of the model. */
    int modelSize() {
        return ids.size();
    }

    /** Tokens, added ones included. */
    int size() {
        return ids.size()
                + (int) addedIds.keySet().stream()
                        .filter(token -> !ids.containsKey(token))
                        .count();
    }
}
