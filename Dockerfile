# The image is the static binary and nothing else. Make it for the machine at hand:
#
#	make dist-local && docker build -t sandprint .
#	docker run -d --name sandprint -p 127.0.0.1:8080:8080 -v sandprint:/data --read-only sandprint
#	docker logs sandprint        # shows the link to set it up
#	docker exec sandprint /sandprint user list
#
# BINARY names another build, as dist/sandprint-linux-arm64. To build from source without Go at hand:
# docker build --target source … needs a base image with Go 1.26; the runtime stage does not.
FROM scratch
ARG BINARY=dist/sandprint
COPY ${BINARY} /sandprint
# An empty directory that belongs to the user: a volume takes its owner and mode from it.
COPY --chown=65532:65532 --chmod=0700 dist/data /data
USER 65532:65532
ENV SANDPRINT_DATA=/data SANDPRINT_LISTEN=0.0.0.0:8080 TMPDIR=/data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=4s --start-period=10s CMD ["/sandprint", "health"]
ENTRYPOINT ["/sandprint"]
CMD ["serve"]
