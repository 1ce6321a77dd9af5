package io.vitrail.samples.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar that runs. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Vitrail.class.getPackage().getImplementationVersion();
        return new String[] {"vitrail " + (version == null ? "(development)" : version)};
    }
}
