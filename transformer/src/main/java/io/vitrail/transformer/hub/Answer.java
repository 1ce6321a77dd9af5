package io.vitrail.transformer.hub;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server's answer: its header, and the content that is yet to be read. */
record Answer(HttpResponse<Body> response) implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    URI uri() {
        return response.request().uri();
    }

    int status() {
        return response.statusCode();
    }

    Body body() {
        return response.body();
    }

    Optional<String> header(String name) {
        return response.headers().firstValue(name);
    }

    OptionalLong number(String name) {
        return header(name)
                .filter(text -> text.matches("\\d{1,18}"))
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElse(OptionalLong.empty());
    }

    /** Where a redirect leads, as the server wrote it. */
    Optional<String> location() {
        return switch (status()) {
            case 301, 302, 303, 307, 308 -> header("Location");
            default -> Optional.empty();
        };
    }

    /** The length of the content as it is, not as it was packed for the journey. */
    OptionalLong length() {
        return isPacked() ? OptionalLong.empty() : number("Content-Length");
    }

    boolean isPacked() {
        return header("Content-Encoding")
                .filter(encoding -> !encoding.equalsIgnoreCase("identity"))
                .isPresent();
    }

    /** Whether this is the rest of a file of that size, from that place on. */
    boolean isRest(long from, long size) {
        Matcher range = RANGE.matcher(header("Content-Range").orElse(""));
        return range.matches()
                && Long.parseLong(range.group(1)) == from
                && Long.parseLong(range.group(2)) == size - 1
                && Long.parseLong(range.group(3)) == size;
    }

    /** The tag by which the server knows this very content again; none if it only promises something like it. */
    Optional<String> strongTag() {
        return header("ETag").filter(tag -> tag.startsWith("\"") && tag.endsWith("\""));
    }

    @Override
    public void close() {
        body().close();
    }
}
