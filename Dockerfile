# docker build -t neural-mmo .
# docker run --rm -v neural-mmo:/home/forge/runs neural-mmo demo --folder runs/demo
# docker run --rm -p 8080:8080 -v neural-mmo:/home/forge/runs neural-mmo watch runs/demo --host 0.0.0.0

# The wheel, with the viewer's page: pip fetches Node, which the second stage does without.
FROM python:3.11 AS build
COPY . /source
RUN pip wheel --no-deps --wheel-dir /dist /source

FROM python:3.11-slim
COPY --from=build /dist /dist
COPY constraints.txt /dist/
RUN pip install --no-cache-dir --constraint /dist/constraints.txt \
        --extra-index-url https://download.pytorch.org/whl/cpu "$(echo /dist/*.whl)[train,view]" \
    && useradd --create-home forge \
    && install --directory --owner forge /home/forge/runs
USER forge
WORKDIR /home/forge
EXPOSE 8080
ENTRYPOINT ["forge"]
CMD ["demo"]
