"""What the service keeps: documents, the jobs that read them, versioned records, and tasks as rows."""
