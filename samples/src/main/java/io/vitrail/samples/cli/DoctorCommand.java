package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.DjlEngine;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whether all is well here. It downloads nothing: where natives are missing, what needs them isn't tried. */
@Command(
        name = "doctor",
        description =
                "Check this machine: natives, kernels, memory, cache folders; and compute what is known beforehand.")
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "One JSON object per line.")
    private boolean json;

    @Override
    public Integer call() {
        Finding downloads = Finding.of("downloads", NativesCheck::downloads);
        Map<String, Supplier<Finding>> checks = always();
        checks.put("downloads", () -> downloads);
        if (downloads.isWell()) {
            checks.putAll(withNatives());
            DjlEngine.begin();
        }
        return report(spec.commandLine().getOut(), checks);
    }

    private static Map<String, Supplier<Finding>> always() {
        Map<String, Supplier<Finding>> checks = new LinkedHashMap<>();
        checks.put("vitrail", () -> Finding.well("vitrail", new Version().getVersion()[0]));
        checks.put("java", MachineCheck::java);
        checks.put("cpu", MachineCheck::cpu);
        checks.put("memory", MachineCheck::memory);
        checks.put("hub cache", CacheCheck::hub);
        checks.put("DJL cache", CacheCheck::djl);
        checks.put("JavaCPP cache", CacheCheck::javacpp);
        checks.put("temporary", CacheCheck::temporary);
        checks.put("class archive", CacheCheck::archive);
        checks.put("opencv", NativesCheck::opencv);
        return checks;
    }

    private static Map<String, Supplier<Finding>> withNatives() {
        Map<String, Supplier<Finding>> checks = new LinkedHashMap<>();
        checks.put("pytorch", NativesCheck::pytorch);
        checks.put("kernels", NativesCheck::kernels);
        checks.put("golden case", SelfTest::golden);
        checks.put("photo", SelfTest::photo);
        return checks;
    }

    /** Checks one after the other. */
    int report(PrintWriter out, Map<String, Supplier<Finding>> checks) {
        int problems = 0;
        for (Map.Entry<String, Supplier<Finding>> check : checks.entrySet()) {
            Finding finding = Finding.of(check.getKey(), check.getValue());
            problems += finding.isWell() ? 0 : 1;
            print(out, finding);
        }
        if (!json) {
            out.println(
                    problems == 0 ? "All is well." : problems + " of " + checks.size() + " checks found a problem.");
            out.flush();
        }
        return problems == 0 ? 0 : Vitrail.FAILED;
    }

    private void print(PrintWriter out, Finding finding) {
        if (json) {
            ObjectNode line = Output.object()
                    .put("check", finding.check())
                    .put("ok", finding.isWell())
                    .put("found", finding.found());
            finding.problem().ifPresent(problem -> line.put("problem", problem));
            finding.remedy().ifPresent(remedy -> line.put("remedy", remedy));
            Output.line(out, line);
            return;
        }
        out.printf("%-5s%-14s%s%n", finding.isWell() ? "ok" : "FAIL", finding.check(), finding.found());
        finding.problem().ifPresent(problem -> out.println("     problem: " + problem));
        finding.remedy().ifPresent(remedy -> out.println("     try:     " + remedy));
        out.flush();
    }
}
