package io.vitrail.samples.cli;

import com.sun.management.OperatingSystemMXBean;
import io.vitrail.transformer.kernels.CpuFeatures;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The machine and its limits: Java, CPU, memory. */
final class MachineCheck {
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Pattern TOTAL = Pattern.compile("MemTotal:\\s+(\\d+) kB");
    private static final long LEAST_HEAP = 200_000_000;
    /** The engine's libraries alone take about 450 MB. */
    private static final long LEAST_MEMORY = 1_000_000_000;

    private MachineCheck() {}

    static Finding java() {
        return Finding.well(
                "java",
                System.getProperty("java.vendor") + " " + Runtime.version() + ", " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch"));
    }

    static Finding cpu() {
        String features = CpuFeatures.ofThisMachine().present().toString();
        return Finding.well("cpu", Runtime.getRuntime().availableProcessors() + " processors, " + features);
    }

    static Finding memory() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return memory(Runtime.getRuntime().maxMemory(), system.getTotalMemorySize(), machine());
    }

    /**
     * Judges the limits.
     *
     * @param heap the most that Java's heap may take
     * @param usable of the container (cgroup), or of the machine if there is none
     * @param machine what the machine has, if the system tells
     */
    static Finding memory(long heap, long usable, OptionalLong machine) {
        boolean limited = machine.isPresent() && usable < machine.getAsLong();
        String found = "heap up to " + Amounts.bytes(heap) + ", of " + Amounts.bytes(usable)
                + (limited ? " that the container (cgroup) may take of " + Amounts.bytes(machine.getAsLong()) : "");
        if (heap < LEAST_HEAP) {
            return Finding.ill(
                    "memory", found, "The heap is too small for large pictures.", "VITRAIL_JAVA_OPTIONS=-Xmx1g");
        }
        if (usable < LEAST_MEMORY) {
            return Finding.ill(
                    "memory",
                    found,
                    "Less than " + Amounts.bytes(LEAST_MEMORY) + " is little for the engine beside Java's heap.",
                    "a container with more memory.");
        }
        if (usable - heap < LEAST_MEMORY / 2) {
            return Finding.ill(
                    "memory",
                    found,
                    "The heap may grow until nothing is left for the engine, whose memory isn't in it.",
                    "a smaller heap: VITRAIL_JAVA_OPTIONS=-Xmx" + usable / 2_000_000 + "m");
        }
        return Finding.well("memory", found);
    }

    private static OptionalLong machine() {
        try {
            Matcher total = TOTAL.matcher(Files.isReadable(MEMORY) ? Files.readString(MEMORY) : "");
            return total.find() ? OptionalLong.of(Long.parseLong(total.group(1)) * 1024) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty(); // as on systems without this file
        }
    }
}
