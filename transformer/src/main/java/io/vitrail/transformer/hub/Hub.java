package io.vitrail.transformer.hub;

import io.vitrail.transformer.hub.HubException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models by name, from the Hugging Face hub or from the cache that Python's huggingface_hub keeps on this machine; both
 * use the same files.
 *
 * <pre>{@code
 * Hub hub = Hub.fromEnvironment();
 * Path folder = hub.snapshot("google/vit-base-patch16-224", NeededFiles.VISION, DownloadListener.NONE);
 * }</pre>
 *
 * <p>Immutable; threads and processes may ask for the same model at once, and each file is downloaded once.
 */
public final class Hub {
    private static final Logger LOGGER = LoggerFactory.getLogger(Hub.class);

    private static final Pattern FULL_NAME = Pattern.compile("\\w[\\w.-]*/\\w[\\w.-]*(@.+)?");

    private final HubSettings settings;
    private final Transport transport;
    private final CachedModel.Linker linker;

    Hub(HubSettings settings, CachedModel.Linker linker) {
        this.settings = settings;
        this.transport = new Transport(settings);
        this.linker = linker;
    }

    /** The hub and the cache that the environment names, as huggingface_hub would use them. */
    public static Hub fromEnvironment() {
        return with(HubSettings.fromEnvironment());
    }

    public static Hub with(HubSettings settings) {
        return new Hub(settings, Files::createSymbolicLink);
    }

    /** Whether a text has the form {@code organisation/name}, perhaps with {@code @} and a revision. */
    public static boolean isFullName(String text) {
        return FULL_NAME.matcher(text).matches();
    }

    public HubSettings settings() {
        return settings;
    }

    /**
     * The folder with a model's files, for {@code Checkpoint.open}; what it lacks is downloaded.
     *
     * <p>The hub is asked whether a branch or tag has moved on. If it can't be reached, and offline, what the cache
     * holds serves. Files that nobody needs are not fetched, but may be there.
     *
     * @param model {@code organisation/name}, or a bare name such as {@code gpt2}; {@code @} and a branch, tag, commit
     *     or {@code refs/pr/7} may follow
     * @param needed which files; a folder that lacks an optional one is complete
     * @throws IllegalArgumentException if that can't be a model's name
     * @throws HubException if the model can't be had; the message says why, and what to do
     */
    public Path snapshot(String model, NeededFiles needed, DownloadListener listener) {
        ModelName name = ModelName.parse(model);
        CachedModel cached = new CachedModel(settings.cache(), name, linker);
        Optional<Path> known = cached.complete(needed);
        if (settings.offline()) {
            return known.orElseThrow(() -> notCached(name, cached, needed));
        }
        // where the cache can serve, one failure is enough
        RemoteModel remote = new RemoteModel(name, settings, transport, known.isPresent() ? 0 : settings.retries());
        try {
            return fetch(name, needed, cached, remote, new Download(settings, cached, remote, listener));
        } catch (HubException e) {
            if (known.isEmpty() || !e.reason().cacheServes()) {
                throw e;
            }
            LOGGER.warn("{} is used as the cache has it: {}", name, e.getMessage());
            return known.get();
        }
    }

    /**
     * The folder with a model's files if the cache holds all that is required; the hub isn't asked.
     *
     * @throws IllegalArgumentException if that can't be a model's name
     */
    public Optional<Path> cached(String model, NeededFiles needed) {
        return new CachedModel(settings.cache(), ModelName.parse(model), linker).complete(needed);
    }

    private Path fetch(ModelName name, NeededFiles needed, CachedModel cached, RemoteModel remote, Download download) {
        String commit = name.isPinned() ? name.revision() : remote.commit(needed.first());
        CachedSnapshot snapshot = cached.snapshot(commit);
        Optional<String> missing = needed.missing(snapshot.folder(), file -> {
                    if (!snapshot.has(file) && !snapshot.lacks(file)) {
                        remote.describe(file, commit).ifPresentOrElse(download::run, () -> snapshot.rememberLack(file));
                    }
                    return snapshot.has(file);
                })
                .findFirst();
        if (missing.isPresent()) {
            throw HubException.of(
                    Reason.FILE_NOT_FOUND,
                    "The model " + name + " has no " + missing.get() + ".",
                    new Endpoint(settings.endpoint()).page(name) + "/tree/" + commit,
                    "a model, or a revision of it, with that file; the files that it has are listed there.");
        }
        cached.remember(commit);
        return snapshot.folder();
    }

    private HubException notCached(ModelName name, CachedModel cached, NeededFiles needed) {
        String what = cached.commit()
                .map(cached::snapshot)
                .map(snapshot -> snapshot.missing(needed).collect(Collectors.joining(", and no ")))
                .map(files -> "Offline, and the cache has no " + files + " of " + name + ".")
                .orElse("Offline, and the cache doesn't know " + name + ".");
        return HubException.of(
                Reason.NOT_CACHED,
                what,
                cached.folder(),
                "once without HF_HUB_OFFLINE (or TRANSFORMERS_OFFLINE); or HF_HUB_CACHE or HF_HOME with the folder"
                        + " where the model is.");
    }
}
