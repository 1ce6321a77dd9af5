package io.vitrail.transformer.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The instruction sets that matter here, as the operating system reports them: what a virtual machine hides isn't
 * there.
 *
 * @param present those that the CPU has; none where the system doesn't tell (it is asked on Linux only)
 */
public record CpuFeatures(Set<Feature> present) {
    /** An instruction set by the name that Linux gives it. */
    public enum Feature {
        /** AMD's alone. */
        SSE4A("sse4a"),
        AVX2("avx2"),
        /** The part of AVX-512 that oneDNN asks for. */
        AVX512("avx512bw"),
        AVX512_VNNI("avx512_vnni"),
        AVX512_BF16("avx512_bf16"),
        AMX_TILE("amx_tile"),
        AMX_BF16("amx_bf16"),
        AMX_INT8("amx_int8");

        private final String flag;

        Feature(String flag) {
            this.flag = flag;
        }
    }

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    public CpuFeatures {
        present = Collections.unmodifiableSet(
                present.isEmpty() ? EnumSet.noneOf(Feature.class) : EnumSet.copyOf(present));
    }

    /** Those of this machine. */
    public static CpuFeatures ofThisMachine() {
        try {
            return Files.isReadable(CPU_INFO) ? parse(Files.readString(CPU_INFO)) : new CpuFeatures(Set.of());
        } catch (IOException e) {
            return new CpuFeatures(Set.of()); // as on systems without this file
        }
    }

    /** From the text of Linux's /proc/cpuinfo: what its first processor has. */
    static CpuFeatures parse(String cpuInfo) {
        Set<String> flags = cpuInfo.lines()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line -> Set.copyOf(
                        List.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+"))))
                .orElse(Set.of());
        EnumSet<Feature> present = EnumSet.noneOf(Feature.class);
        Arrays.stream(Feature.values())
                .filter(feature -> flags.contains(feature.flag))
                .forEach(present::add);
        return new CpuFeatures(present);
    }

    /** Whether the CPU has the instruction set. */
    public boolean has(Feature feature) {
        return present.contains(feature);
    }

    /** Whether bfloat16 is faster than float32: its products are instructions of their own. */
    public boolean multipliesBfloat16() {
        return has(Feature.AMX_BF16) || has(Feature.AVX512_BF16);
    }
}
