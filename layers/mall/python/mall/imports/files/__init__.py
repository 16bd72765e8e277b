"""The bucket of the imports: uploads, the chunks that they are divided into, errors and exports."""
